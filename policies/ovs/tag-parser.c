// A parser for a header that no switch knows: ethertype 0x88b5, which IEEE has for experiments, then a byte of class, a byte of hops
// and 16 bits of a tenant. The class becomes bpf_user0 and the tenant bpf_user1; everything else is parsed as ever.
#include "ovs.h"

#define ETH_P_EXPERIMENT 0x88b5
#define CONTINUE 129
#define DROP 2

struct tag {
	__u8 class, hops;
	__be16 tenant;
};

SEC("tc")
int parse(struct __sk_buff *skb)
{
	struct ovs_flow_keys *keys = OVS_KEYS(skb);
	struct tag tag;

	if (skb->protocol != bpf_htons(ETH_P_EXPERIMENT))
		return CONTINUE;
	if (bpf_skb_load_bytes(skb, ETH_HLEN, &tag, sizeof(tag)) || tag.hops == 0)
		return DROP;
	keys->user[0] = bpf_htonl(tag.class);
	keys->user[1] = bpf_htonl(bpf_ntohs(tag.tenant));
	return CONTINUE;
}

char _license[] SEC("license") = "GPL";
