// A load balancer as the action bpf(balance,SIDE) of flows. SIDE 0: connections to the service go to one of two servers, by the lowest bit of
// the client's port. SIDE 1: the servers' answers get the service's address again.
#include "ovs.h"
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <stddef.h>

struct server {
	__be32 address;
	__u32 ifindex;
	__u8 mac[6];
	__u8 pad[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct server);
} servers SEC(".maps");

struct service {
	__be32 address;
	__u8 mac[6];
	__u8 pad[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct service);
} service SEC(".maps");

#define IP_AT sizeof(struct ethhdr)
#define TCP_AT (IP_AT + sizeof(struct iphdr))

// Puts another address into the IP header, at `offset` of it, with both checksums.
static __always_inline void readdress(struct __sk_buff *skb, __u32 offset, __be32 old, __be32 new)
{
	bpf_l4_csum_replace(skb, TCP_AT + offsetof(struct tcphdr, check), old, new, BPF_F_PSEUDO_HDR | 4);
	bpf_l3_csum_replace(skb, IP_AT + offsetof(struct iphdr, check), old, new, 4);
	bpf_skb_store_bytes(skb, IP_AT + offset, &new, 4, 0);
}

SEC("tc")
int balance(struct __sk_buff *skb)
{
	struct ovs_flow_keys *keys = OVS_KEYS(skb);
	__be32 source = keys->ipv4_src, destination = keys->ipv4_dst;
	__u32 which = bpf_ntohs(keys->tp_src) & 1, zero = 0;
	struct server *server;
	struct service *own;

	own = bpf_map_lookup_elem(&service, &zero);
	if (!own)
		return TC_ACT_SHOT;
	if (skb->cb[0] == 1) {
		__u8 mac[6];

		__builtin_memcpy(mac, own->mac, 6);
		readdress(skb, offsetof(struct iphdr, saddr), source, own->address);
		bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_source), mac, 6, 0);
		return TC_ACT_PIPE;
	}
	server = bpf_map_lookup_elem(&servers, &which);
	if (!server)
		return TC_ACT_SHOT;
	bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_dest), server->mac, 6, 0);
	readdress(skb, offsetof(struct iphdr, daddr), destination, server->address);
	return bpf_redirect(server->ifindex, 0);
}

char _license[] SEC("license") = "GPL";
