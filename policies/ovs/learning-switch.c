// A learning switch at flow-miss: what OpenFlow's NORMAL does, without OpenFlow. Where the destination is known it installs a flow
// and has the packet looked up again; else it sends copies to all other ports.
#include "ovs.h"

struct mac {
	__u8 bytes[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct mac);
	__type(value, __u32);
} stations SEC(".maps");

#define PORTS 8

// Interface indexes of the switch's ports; 0 ends them.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PORTS);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

SEC("tc")
int learn(struct __sk_buff *skb)
{
	struct ovs_flow_keys *keys = OVS_KEYS(skb);
	struct ovs_flow_keys mask = {};
	struct mac source = {}, destination = {};
	__u32 from = skb->ifindex;
	__u32 *to;

	__builtin_memcpy(source.bytes, keys->eth_src, 6);
	__builtin_memcpy(destination.bytes, keys->eth_dst, 6);
	bpf_map_update_elem(&stations, &source, &from, BPF_ANY);
	to = bpf_map_lookup_elem(&stations, &destination);
	if (to && *to == from)
		return TC_ACT_SHOT;
	if (to) {
		mask.in_port = 0xffffffff;
		__builtin_memset(mask.eth_dst, 0xff, 6);
		__builtin_memset(mask.eth_src, 0xff, 6);
		return bpf_ovs_flow_put(skb, &mask, *to, 0) ? TC_ACT_SHOT : TC_ACT_RECLASSIFY;
	}
	for (__u32 i = 0; i < PORTS; i++) {
		__u32 *port = bpf_map_lookup_elem(&ports, &i);

		if (!port || !*port)
			break;
		if (*port != from)
			bpf_clone_redirect(skb, *port, 0);
	}
	return TC_ACT_STOLEN;
}

char _license[] SEC("license") = "GPL";
