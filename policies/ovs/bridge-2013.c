// A learning bridge in the contract of 2013: each port of the switch is bound to it, and its helpers say what becomes of a packet.
// User space is shown the first packet of each station.
#include "ovs-2013.h"

#define PORTS 8

struct mac {
	__u8 bytes[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct mac);
	__type(value, __u32);
} stations SEC(".maps");

SEC("tc")
int bridge(struct __sk_buff *skb)
{
	__u32 from = bpf_ntohl(OVS_KEYS(skb)->in_port);
	struct mac source = {}, destination = {};
	__u32 *to;

	if (bpf_load_bits(skb, 0, destination.bytes, 6) || bpf_load_bits(skb, 6, source.bytes, 6))
		return 0;
	if (!bpf_map_lookup_elem(&stations, &source))
		bpf_channel_push_packet(skb);
	bpf_map_update_elem(&stations, &source, &from, BPF_ANY);
	to = bpf_map_lookup_elem(&stations, &destination);
	if (to) {
		if (*to != from)
			bpf_forward(skb, *to);
		return 0;
	}
	// What is sent last goes first. Ports that the switch does not have are no matter.
	for (__u32 port = PORTS; port > 0; port--)
		if (port != from)
			bpf_clone_forward(skb, port);
	return 0;
}

char _license[] SEC("license") = "GPL";
