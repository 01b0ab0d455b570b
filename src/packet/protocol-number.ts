/** Ethertypes by the names that descriptions and dissections use (IEEE 802 numbers, linux/if_ether.h). */
export const ETHERTYPES = {
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  mpls: 0x8847,
  "mpls-multicast": 0x8848,
  pppoe: 0x8864,
  "service-vlan": 0x88a8,
  /** For experiments on one's own network (IEEE 802 local experimental ethertype 1). */
  experimental: 0x88b5,
  lldp: 0x88cc,
  macsec: 0x88e5,
  ptp: 0x88f7,
  /** A whole Ethernet frame, in GRE (ETH_P_TEB). */
  ether: 0x6558,
} as const;

/** IP protocol numbers and IPv6 next headers (IANA). */
export const IP_PROTOCOLS = {
  "hop-by-hop": 0,
  icmp: 1,
  igmp: 2,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  esp: 50,
  ah: 51,
  icmp6: 58,
  "no-next-header": 59,
  "destination-options": 60,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  sctp: 132,
  udplite: 136,
  /** Linux's IPPROTO_RAW; reserved by IANA. */
  raw: 255,
} as const;

const PROTOCOL_NAMES = new Map<number, string>(Object.entries(IP_PROTOCOLS).map(([name, number]) => [number, name]));

/** Name of an IP protocol, or undefined for one that has none here. */
export function protocolName(protocol: number): string | undefined {
  return PROTOCOL_NAMES.get(protocol);
}
