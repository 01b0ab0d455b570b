/** Numbers that name protocols: types of Ethernet and protocols of IP. */
export const ETHERTYPE = {
  ip: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  serviceVlan: 0x88a8,
  rarp: 0x8035,
  ipv6: 0x86dd,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  nsh: 0x894f,
} as const;

export const PROTOCOL = { icmp: 1, igmp: 2, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 } as const;

/** Types of ICMPv6 that carry neighbour discovery. */
export const ND = { solicit: 135, advert: 136 } as const;

/** A word that stands for fields: `tcp` is dl_type=0x0800,nw_proto=6. */
export interface Shorthand {
  readonly name: string;
  readonly ethertype?: number;
  readonly protocol?: number;
}

/** The shorthands of ovs-fields(7); where two mean the same the first is printed. */
export const SHORTHANDS: readonly Shorthand[] = [
  { name: "eth" },
  { name: "ip", ethertype: ETHERTYPE.ip },
  { name: "ipv6", ethertype: ETHERTYPE.ipv6 },
  { name: "icmp", ethertype: ETHERTYPE.ip, protocol: PROTOCOL.icmp },
  { name: "icmp6", ethertype: ETHERTYPE.ipv6, protocol: PROTOCOL.icmpv6 },
  { name: "tcp", ethertype: ETHERTYPE.ip, protocol: PROTOCOL.tcp },
  { name: "tcp6", ethertype: ETHERTYPE.ipv6, protocol: PROTOCOL.tcp },
  { name: "udp", ethertype: ETHERTYPE.ip, protocol: PROTOCOL.udp },
  { name: "udp6", ethertype: ETHERTYPE.ipv6, protocol: PROTOCOL.udp },
  { name: "sctp", ethertype: ETHERTYPE.ip, protocol: PROTOCOL.sctp },
  { name: "sctp6", ethertype: ETHERTYPE.ipv6, protocol: PROTOCOL.sctp },
  { name: "arp", ethertype: ETHERTYPE.arp },
  { name: "rarp", ethertype: ETHERTYPE.rarp },
  { name: "mpls", ethertype: ETHERTYPE.mpls },
  { name: "mplsm", ethertype: ETHERTYPE.mplsMulticast },
];
