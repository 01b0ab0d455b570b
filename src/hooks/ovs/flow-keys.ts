/**
 * struct ovs_flow_keys, which programs at Open vSwitch's places find at `flow_keys` of their context: the fields of the kernel
 * module's sw_flow_key, and 32 bytes of the program's own. All in network byte order; offsets in bytes.
 *
 *     struct ovs_flow_keys {
 *       __be32 recirc_id, dp_hash, skb_priority, in_port, skb_mark, ct_state;     //   0
 *       __be16 ct_zone, pad0;                                                     //  24
 *       __be32 ct_mark;                                                           //  28
 *       __u8 ct_label[16];                                                        //  32
 *       __be64 tun_id;                                                            //  48
 *       __be32 tun_src, tun_dst;                                                  //  56
 *       __be16 tun_flags; __u8 tun_tos, tun_ttl;                                  //  64
 *       __u8 eth_dst[6], eth_src[6];                                              //  68
 *       __be16 eth_type, vlan_tpid, vlan_tci, inner_vlan_tpid, inner_vlan_tci, pad1; // 80
 *       __be32 mpls_lse[3];                                                       //  92
 *       __u8 ip_proto, ip_tos, ip_ttl, ip_frag;                                   // 104
 *       __be32 ipv4_src, ipv4_dst;                                                // 108
 *       __u8 ipv6_src[16], ipv6_dst[16];                                          // 116
 *       __be32 ipv6_label;                                                        // 148
 *       __be16 tp_src, tp_dst, tcp_flags, pad2;                                   // 152
 *       __u8 arp_sha[6], arp_tha[6], nd_target[16];                               // 160
 *       __be32 user[8], pad3;                                                     // 188
 *     };
 */
export const OVS_FLOW_KEYS_BYTES = 224;

/** Where its own words begin that a program may fill, and how many bytes they are. */
export const USER_KEYS = { offset: 188, length: 32 } as const;
