// What comes to the sockets of control groups and what they send: each program counts under a number of its own.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct count {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct count);
} seen SEC(".maps");

static __always_inline __u64 count(struct __sk_buff *skb, __u32 index)
{
	struct count *own = bpf_map_lookup_elem(&seen, &index);

	if (!own)
		return 0;
	__sync_fetch_and_add(&own->bytes, skb->len);
	return __sync_fetch_and_add(&own->packets, 1);
}

static __always_inline __u16 port(struct __sk_buff *skb)
{
	struct udphdr udp;

	if (skb->protocol != bpf_htons(ETH_P_IP) || bpf_skb_load_bytes(skb, sizeof(struct iphdr), &udp, sizeof(udp)))
		return 0;
	return bpf_ntohs(udp.dest);
}

/* How many acknowledgements a connection takes is a matter of the moment. */
static __always_inline int is_tcp(struct __sk_buff *skb)
{
	__u8 protocol = 0;

	bpf_skb_load_bytes(skb, offsetof(struct iphdr, protocol), &protocol, 1);
	return protocol == IPPROTO_TCP;
}

SEC("cgroup_skb/ingress/root") int in_root(struct __sk_buff *skb)
{
	if (is_tcp(skb))
		return 1;
	count(skb, 0);
	return port(skb) != 9;
}

SEC("cgroup_skb/ingress/web") int in_web(struct __sk_buff *skb)
{
	return count(skb, 1) % 3 != 2;
}

SEC("cgroup_skb/ingress/closed") int in_closed(struct __sk_buff *skb)
{
	count(skb, 2);
	return 0;
}

SEC("cgroup_skb/egress/root") int out_root(struct __sk_buff *skb)
{
	if (!is_tcp(skb))
		count(skb, 3);
	return 1;
}

SEC("cgroup_skb/egress/sparing") int out_sparing(struct __sk_buff *skb)
{
	return count(skb, 4) % 2 == 0;
}

SEC("cgroup_skb/egress/crowded") int out_crowded(struct __sk_buff *skb)
{
	return count(skb, 5) % 2 == 0 ? 3 : 2;
}

char LICENSE[] SEC("license") = "GPL";
