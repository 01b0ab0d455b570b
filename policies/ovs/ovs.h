// What programs at Open vSwitch's places are given beside struct __sk_buff (docs/ovs.md).
#pragma once
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// The flow key, in network byte order; `user` is the parser's own, which flows match as bpf_user0 to bpf_user7.
struct ovs_flow_keys {
	__be32 recirc_id, dp_hash, skb_priority, in_port, skb_mark, ct_state;
	__be16 ct_zone, pad0;
	__be32 ct_mark;
	__u8 ct_label[16];
	__be64 tun_id;
	__be32 tun_src, tun_dst;
	__be16 tun_flags;
	__u8 tun_tos, tun_ttl;
	__u8 eth_dst[6], eth_src[6];
	__be16 eth_type, vlan_tpid, vlan_tci, inner_vlan_tpid, inner_vlan_tci, pad1;
	__be32 mpls_lse[3];
	__u8 ip_proto, ip_tos, ip_ttl, ip_frag;
	__be32 ipv4_src, ipv4_dst;
	__u8 ipv6_src[16], ipv6_dst[16];
	__be32 ipv6_label;
	__be16 tp_src, tp_dst, tcp_flags, pad2;
	__u8 arp_sha[6], arp_tha[6], nd_target[16];
	__be32 user[8], pad3;
};

_Static_assert(sizeof(struct ovs_flow_keys) == 224, "as netsim has it");

#define OVS_KEYS(skb) ((struct ovs_flow_keys *)(long)(skb)->flow_keys)

// Installs a flow for the packet's key that sends to the port of that interface index; a 1 in `mask` for each bit that matters.
static long (*const bpf_ovs_flow_put)(struct __sk_buff *skb, const struct ovs_flow_keys *mask, __u32 ifindex,
				      __u64 flags) = (void *)0x4f01;
