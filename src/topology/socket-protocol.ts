import { ETHERTYPES as ETHERTYPE, IP_PROTOCOLS as IP_PROTOCOL } from "../packet/protocol-number.ts";

/** Protocols of packet sockets by name: ethertypes, Linux's names for some, and all of them (ETH_P_ALL of linux/if_ether.h). */
export const SOCKET_ETHERTYPES: Readonly<Record<string, number>> = {
  all: 0x0003,
  ip: ETHERTYPE.ipv4,
  ...ETHERTYPE,
  "802.1q": ETHERTYPE.vlan,
  "802.1ad": ETHERTYPE["service-vlan"],
};

/** Protocols of raw sockets by name, with the aliases of /etc/protocols. */
export const SOCKET_PROTOCOLS: Readonly<Record<string, number>> = {
  ...IP_PROTOCOL,
  ipip: IP_PROTOCOL.ipv4,
  icmpv6: IP_PROTOCOL.icmp6,
  "ipv6-icmp": IP_PROTOCOL.icmp6,
};
