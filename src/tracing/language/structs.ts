/** A field: its offset, its bytes, and what it is. */
export type StructField = readonly [offset: number, size: number, kind: "unsigned" | "signed" | "text"];

/** Structures of the kernel that pointers can be cast to, as far as the simulation fills them (Linux 6.18, x86-64). */
export const STRUCTS: Readonly<Record<string, Readonly<Record<string, StructField>>>> = {
  sk_buff: {
    dev: [16, 8, "unsigned"],
    len: [112, 4, "unsigned"],
    data_len: [116, 4, "unsigned"],
    queue_mapping: [124, 2, "unsigned"],
    priority: [140, 4, "unsigned"],
    skb_iif: [144, 4, "signed"],
    hash: [148, 4, "unsigned"],
    vlan_proto: [152, 2, "unsigned"],
    vlan_tci: [154, 2, "unsigned"],
    mark: [164, 4, "unsigned"],
    protocol: [176, 2, "unsigned"],
    transport_header: [178, 2, "unsigned"],
    network_header: [180, 2, "unsigned"],
    mac_header: [182, 2, "unsigned"],
    head: [192, 8, "unsigned"],
    data: [200, 8, "unsigned"],
  },
  net_device: { name: [0, 16, "text"], ifindex: [16, 4, "signed"], mtu: [20, 4, "unsigned"] },
  sock: {
    skc_daddr: [0, 4, "unsigned"],
    skc_rcv_saddr: [4, 4, "unsigned"],
    skc_dport: [12, 2, "unsigned"],
    skc_num: [14, 2, "unsigned"],
    skc_family: [16, 2, "unsigned"],
    skc_state: [18, 1, "unsigned"],
  },
  iphdr: {
    tos: [1, 1, "unsigned"],
    tot_len: [2, 2, "unsigned"],
    id: [4, 2, "unsigned"],
    frag_off: [6, 2, "unsigned"],
    ttl: [8, 1, "unsigned"],
    protocol: [9, 1, "unsigned"],
    check: [10, 2, "unsigned"],
    saddr: [12, 4, "unsigned"],
    daddr: [16, 4, "unsigned"],
  },
  tcphdr: {
    source: [0, 2, "unsigned"],
    dest: [2, 2, "unsigned"],
    seq: [4, 4, "unsigned"],
    ack_seq: [8, 4, "unsigned"],
    window: [14, 2, "unsigned"],
  },
  udphdr: { source: [0, 2, "unsigned"], dest: [2, 2, "unsigned"], len: [4, 2, "unsigned"] },
};
