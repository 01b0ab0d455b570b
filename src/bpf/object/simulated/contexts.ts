/** What programs are given, and what helpers fill (include/uapi/linux/bpf.h, seccomp.h; Linux 6.18). */
export const CONTEXTS = `
struct bpf_flow_keys {
  __u16 nhoff, thoff, addr_proto; __u8 is_frag, is_first_frag, is_encap, ip_proto; __be16 n_proto, sport, dport;
  union { struct { __be32 ipv4_src, ipv4_dst; }; struct { __u32 ipv6_src[4], ipv6_dst[4]; }; };
  __u32 flags; __be32 flow_label;
};
struct bpf_sock {
  __u32 bound_dev_if, family, type, protocol, mark, priority, src_ip4, src_ip6[4], src_port; __be16 dst_port;
  __u32 dst_ip4, dst_ip6[4], state; __s32 rx_queue_mapping;
};
struct bpf_tcp_sock {
  __u32 snd_cwnd, srtt_us, rtt_min, snd_ssthresh, rcv_nxt, snd_nxt, snd_una, mss_cache, ecn_flags, rate_delivered, rate_interval_us,
    packets_out, retrans_out, total_retrans, segs_in, data_segs_in, segs_out, data_segs_out, lost_out, sacked_out;
  __u64 bytes_received, bytes_acked; __u32 dsack_dups, delivered, delivered_ce, icsk_retransmits;
};
struct __sk_buff {
  __u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto, priority, ingress_ifindex, ifindex, tc_index,
    cb[5], hash, tc_classid, data, data_end, napi_id, family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port,
    data_meta;
  union { struct bpf_flow_keys *flow_keys; };
  __u64 tstamp; __u32 wire_len, gso_segs;
  union { struct bpf_sock *sk; };
  __u32 gso_size; __u8 tstamp_type; __u64 hwtstamp;
};
struct xdp_md { __u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; };
struct bpf_sock_addr {
  __u32 user_family, user_ip4, user_ip6[4], user_port, family, type, protocol, msg_src_ip4, msg_src_ip6[4];
  union { struct bpf_sock *sk; };
};
struct bpf_sock_ops {
  __u32 op; union { __u32 args[4]; __u32 reply; __u32 replylong[4]; };
  __u32 family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port, is_fullsock, snd_cwnd, srtt_us,
    bpf_sock_ops_cb_flags, state, rtt_min, snd_ssthresh, rcv_nxt, snd_nxt, snd_una, mss_cache, ecn_flags, rate_delivered, rate_interval_us,
    packets_out, retrans_out, total_retrans, segs_in, data_segs_in, segs_out, data_segs_out, lost_out, sacked_out, sk_txhash;
  __u64 bytes_received, bytes_acked;
  union { struct bpf_sock *sk; }; union { void *skb_data; }; union { void *skb_data_end; };
  __u32 skb_len, skb_tcp_flags; __u64 skb_hwtstamp;
};
struct sk_msg_md {
  union { void *data; }; union { void *data_end; };
  __u32 family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port, size;
  union { struct bpf_sock *sk; };
};
struct sk_reuseport_md {
  union { void *data; }; union { void *data_end; }; __u32 len, eth_protocol, ip_protocol, bind_inany, hash;
  union { struct bpf_sock *sk; }; union { struct bpf_sock *migrating_sk; };
};
struct bpf_sk_lookup {
  union { union { struct bpf_sock *sk; }; __u64 cookie; };
  __u32 family, protocol, remote_ip4, remote_ip6[4]; __be16 remote_port; __u32 local_ip4, local_ip6[4], local_port, ingress_ifindex;
};
struct bpf_sysctl { __u32 write, file_pos; };
struct bpf_sockopt {
  union { struct bpf_sock *sk; }; union { void *optval; }; union { void *optval_end; }; __s32 level, optname, optlen, retval;
};
struct bpf_cgroup_dev_ctx { __u32 access_type, major, minor; };
struct bpf_raw_tracepoint_args { __u64 args[0]; };
struct bpf_tunnel_key {
  __u32 tunnel_id; union { __u32 remote_ipv4; __u32 remote_ipv6[4]; };
  __u8 tunnel_tos, tunnel_ttl; union { __u16 tunnel_ext; __be16 tunnel_flags; };
  __u32 tunnel_label; union { __u32 local_ipv4; __u32 local_ipv6[4]; };
};
struct bpf_fib_lookup {
  __u8 family, l4_protocol; __be16 sport, dport; union { __u16 tot_len; __u16 mtu_result; }; __u32 ifindex;
  union { __u8 tos; __be32 flowinfo; __u32 rt_metric; };
  union { __be32 ipv4_src; __u32 ipv6_src[4]; }; union { __be32 ipv4_dst; __u32 ipv6_dst[4]; };
  union { struct { __be16 h_vlan_proto, h_vlan_TCI; }; __u32 tbid; };
  union { struct { __u32 mark; }; struct { __u8 smac[6], dmac[6]; }; };
};
struct bpf_redir_neigh { __u32 nh_family; union { __be32 ipv4_nh; __u32 ipv6_nh[4]; }; };
struct bpf_spin_lock { __u32 val; };
struct seccomp_data { int nr; __u32 arch; __u64 instruction_pointer, args[6]; };
`;

/** Headers of packets (include/uapi/linux/if_ether.h, ip.h, ipv6.h, tcp.h, udp.h, icmp.h). */
export const HEADERS = `
struct ethhdr { unsigned char h_dest[6], h_source[6]; __be16 h_proto; };
struct iphdr {
  __u8 ihl: 4, version: 4, tos; __be16 tot_len, id, frag_off; __u8 ttl, protocol; __sum16 check;
  union { struct { __be32 saddr, daddr; }; struct { __be32 saddr, daddr; } addrs; };
};
struct in6_addr { union { __u8 u6_addr8[16]; __be16 u6_addr16[8]; __be32 u6_addr32[4]; } in6_u; };
struct ipv6hdr {
  __u8 priority: 4, version: 4, flow_lbl[3]; __be16 payload_len; __u8 nexthdr, hop_limit;
  union { struct { struct in6_addr saddr, daddr; }; struct { struct in6_addr saddr, daddr; } addrs; };
};
struct tcphdr {
  __be16 source, dest; __be32 seq, ack_seq;
  __u16 ae: 1, res1: 3, doff: 4, fin: 1, syn: 1, rst: 1, psh: 1, ack: 1, urg: 1, ece: 1, cwr: 1;
  __be16 window; __sum16 check; __be16 urg_ptr;
};
struct udphdr { __be16 source, dest, len; __sum16 check; };
struct icmphdr {
  __u8 type, code; __sum16 checksum;
  union { struct { __be16 id, sequence; } echo; __be32 gateway; struct { __be16 __unused, mtu; } frag; __u8 reserved[4]; } un;
};
`;
