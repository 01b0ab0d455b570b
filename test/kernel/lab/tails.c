// A program of traffic control that goes on in another one, which its array holds from the beginning.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

int shot(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} next SEC(".maps") = {
	.values = { [1] = (void *)&shot },
};

SEC("tc")
int shot(struct __sk_buff *skb)
{
	return TC_ACT_SHOT;
}

// Calls by the last bit of the UDP port.
SEC("tc/first")
int first(struct __sk_buff *skb)
{
	__u16 port = 0;

	bpf_skb_load_bytes(skb, 36, &port, 2);
	bpf_tail_call(skb, &next, bpf_ntohs(port) & 1);
	return TC_ACT_OK;
}
