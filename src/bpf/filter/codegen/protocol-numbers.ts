/** EtherTypes (IEEE 802 numbers registry). */
export const ETHERTYPE = {
  NS: 0x0600,
  IP: 0x0800,
  ARP: 0x0806,
  MOPDL: 0x6001,
  MOPRC: 0x6002,
  DECNET: 0x6003,
  LAT: 0x6004,
  SCA: 0x6007,
  TRANSPARENT_BRIDGING: 0x6558,
  REVARP: 0x8035,
  ATALK: 0x809b,
  AARP: 0x80f3,
  VLAN: 0x8100,
  IPX: 0x8137,
  IPV6: 0x86dd,
  MPLS: 0x8847,
  PPPOE_DISCOVERY: 0x8863,
  PPPOE_SESSION: 0x8864,
  SERVICE_VLAN: 0x88a8,
  LOOPBACK: 0x9000,
  OLD_SERVICE_VLAN: 0x9100,
} as const;

/** Numbers up to this one in the field behind Ethernet's addresses are lengths (IEEE 802.3); greater ones are EtherTypes. */
export const LARGEST_ETHERNET_LENGTH = 1500;

/** Service access points of IEEE 802.2. */
export const SAP = { IP: 0x06, SPANNING_TREE: 0x42, SNAP: 0xaa, IPX: 0xe0, NETBEUI: 0xf0, ISO: 0xfe } as const;

/** Protocols of IP (IANA, protocol numbers). */
export const IP_PROTOCOL = {
  HOP_BY_HOP: 0,
  ICMP: 1,
  IGMP: 2,
  TCP: 6,
  IGRP: 9,
  UDP: 17,
  ROUTING: 43,
  FRAGMENT: 44,
  ESP: 50,
  AH: 51,
  ICMPV6: 58,
  NONE: 59,
  DESTINATION_OPTIONS: 60,
  PIM: 103,
  VRRP: 112,
  SCTP: 132,
} as const;

/** Network layer protocol identifiers (ISO/IEC TR 9577). */
export const NLPID = { CLNP: 0x81, ESIS: 0x82, ISIS: 0x83, IPV6: 0x8e, IP: 0xcc } as const;

/** PPP protocol numbers (IANA). */
export const PPP = {
  IP: 0x0021,
  OSI: 0x0023,
  NS: 0x0025,
  DECNET: 0x0027,
  APPLETALK: 0x0029,
  IPX: 0x002b,
  COMPRESSED_TCP: 0x002d,
  UNCOMPRESSED_TCP: 0x002f,
  BRIDGE: 0x0031,
  IPV6: 0x0057,
  MPLS: 0x0281,
} as const;

/** Address families: of Linux, and of IPv6 on the BSDs, FreeBSD and Darwin. */
export const FAMILY = { INET: 2, INET6_LINUX: 10, INET6_BSD: 24, INET6_FREEBSD: 28, INET6_DARWIN: 30 } as const;
