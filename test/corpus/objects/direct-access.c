#include "common.h"
SEC("xdp") int firewall(struct xdp_md *ctx) {
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end; struct ethhdr *eth = data; struct iphdr *ip = data + sizeof *eth;
	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP)) return XDP_PASS;
	return ip->protocol == IPPROTO_UDP && ip->daddr == bpf_htonl(0x0a000001) ? XDP_DROP : XDP_PASS;
}
