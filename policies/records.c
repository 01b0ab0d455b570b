// Tells user space of datagrams to the port that user space has asked for last: by a ring buffer, and with the beginning of the packet by
// perf events.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct datagram {
	__be32 source;
	__be16 port;
	__u16 length;
};

struct request {
	__be16 port;
};

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} requests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} datagrams SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, 1);
} samples SEC(".maps");

__be16 watched;

static long take_request(struct bpf_dynptr *sample, void *context)
{
	struct request request = {};

	if (bpf_dynptr_read(&request, sizeof(request), sample, 0, 0) == 0)
		watched = request.port;
	return 0;
}

// A function of its own, so that the object keeps the record's type.
static __attribute__((noinline)) void describe(struct datagram *record, __be32 source, __be16 port, __u16 length)
{
	record->source = source;
	record->port = port;
	record->length = length;
}

SEC("tc")
int report(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct udphdr *udp = (void *)(ip + 1);
	struct datagram *record;
	__u32 length;

	bpf_user_ringbuf_drain(&requests, take_request, NULL, 0);
	if ((void *)(udp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_UDP)
		return TC_ACT_OK;
	if (udp->dest != watched)
		return TC_ACT_OK;
	length = bpf_ntohs(udp->len) - sizeof(*udp);
	bpf_perf_event_output(skb, &samples, BPF_F_CURRENT_CPU | (28ULL << 32), &length, sizeof(length));

	record = bpf_ringbuf_reserve(&datagrams, sizeof(*record), 0);
	if (!record)
		return TC_ACT_OK;
	describe(record, ip->saddr, udp->dest, length);
	bpf_ringbuf_submit(record, 0);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
