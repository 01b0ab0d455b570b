/** Reasons that Linux has, by its names (include/net/dropreason-core.h of Linux 6.18, enum skb_drop_reason, without the prefix), used where Linux uses them. */
const LINUX_REASONS = {
  NO_SOCKET: "no socket wants it",
  PKT_TOO_SMALL: "shorter than its headers say",
  TCP_CSUM: "wrong TCP checksum",
  UDP_CSUM: "wrong UDP checksum",
  ICMP_CSUM: "wrong ICMP checksum",
  IP_CSUM: "wrong IPv4 header checksum",
  IP_INHDR: "bad IP header, or TTL used up",
  SOCKET_FILTER: "a socket's filter returned 0",
  OTHERHOST: "addressed to another host's MAC",
  UNHANDLED_PROTO: "nobody handles its protocol",
  INVALID_PROTO: "a message that may not be sent to a broadcast or group address",
  IP_NOPROTO: "no handler for its IP protocol",
  IP_INADDRERRORS: "not for this host, which does not forward",
  IP_INNOROUTES: "no route to where it should be forwarded",
  IP_OUTNOROUTES: "no route to where it should be sent",
  IP_INVALID_SOURCE: "its IP source address is not a host's",
  IP_INVALID_DEST: "its IP destination address is not one to be reached here",
  IP_LOCAL_SOURCE: "it came in with this host's own address as its source",
  IP_LOCALNET: "a loopback address on a wire",
  IPV6DISABLED: "its interface has no IPv6, since its MTU is below 1280",
  IPV6_NDISC_FRAG: "neighbour discovery in fragments",
  IPV6_NDISC_HOP_LIMIT: "neighbour discovery that a router has forwarded",
  IPV6_NDISC_BAD_CODE: "neighbour discovery with a code that is not 0",
  IPV6_NDISC_BAD_OPTIONS: "malformed neighbour discovery options",
  IPV6_NDISC_NS_OTHERHOST: "asks for the MAC of another host",
  PKT_TOO_BIG: "larger than the MTU and must not be fragmented",
  FRAG_REASM_TIMEOUT: "a fragment's siblings did not arrive",
  DUP_FRAG: "a fragment that was already here",
  NEIGH_CREATEFAIL: "no room for another neighbour",
  NEIGH_FAILED: "nobody answered for the next hop's address",
  NEIGH_QUEUEFULL: "too many packets waited for the next hop's address",
  TCP_FLAGS: "TCP flags that fit no state",
  TCP_ABORT_ON_DATA: "TCP data for a connection that nobody reads any more",
  TCP_ZEROWINDOW: "TCP data although the window is closed",
  TCP_OLD_DATA: "TCP data that was already received",
  TCP_OVERWINDOW: "TCP data beyond the window",
  TCP_OFOMERGE: "TCP data that was already queued out of order",
  TCP_OFO_DROP: "TCP data that was queued out of order and is no longer wanted",
  TCP_RFC7323_PAWS: "TCP timestamp older than the last one",
  TCP_RFC7323_PAWS_ACK: "TCP acknowledgement whose timestamp is older than the last one",
  TCP_RFC7323_TW_PAWS: "TCP timestamp older than the last one of a closed connection",
  TCP_RFC7323_TSECR: "TCP echo of a timestamp that was never sent",
  TCP_OLD_SEQUENCE: "TCP sequence number below the window",
  TCP_INVALID_SEQUENCE: "TCP sequence number outside the window",
  TCP_INVALID_ACK_SEQUENCE: "TCP acknowledgement that does not answer the SYN",
  TCP_INVALID_SYN: "TCP SYN within a connection",
  TCP_RESET: "TCP reset",
  TCP_OLD_ACK: "TCP acknowledgement of what was already acknowledged",
  TCP_TOO_OLD_ACK: "TCP acknowledgement from far before the window",
  TCP_ACK_UNSENT_DATA: "TCP acknowledgement of what was never sent",
  MAC_INVALID_SOURCE: "its source MAC is a group address or zero",
  MAC_IEEE_MAC_CONTROL: "a pause frame, which bridges never forward",
  NO_TX_TARGET: "the bridge has no other port",
  TC_INGRESS: "dropped by traffic control where it came in",
  TC_EGRESS: "dropped by traffic control where it goes out",
  TC_RECLASSIFY_LOOP: "classified again too often",
  TC_CHAIN_NOTFOUND: "sent to a filter chain that does not exist",
  XDP: "dropped by an XDP program, or sent by it to where it cannot go",
  BPF_CGROUP_EGRESS: "a program of its sender's control group does not let it out",
  NETFILTER_DROP: "dropped by a rule of iptables",
  QDISC_DROP: "no room in a queueing discipline",
  DEV_READY: "its interface has no link",
} as const;

/** Names of netsim's own for what Linux drops without a reason (NOT_SPECIFIED). */
const OWN_REASONS = {
  QDISC_FILTER: "dropped by a filter of a queueing discipline",
  REDIRECT_LOOP: "sent from device to device too often",
  VLAN_TRUNCATED: "too short for its VLAN tag",
  IP_NOT_MEMBER: "sent to a group that nobody here has joined",
  IP_SOURCE_ROUTE: "an IPv4 source route, which is not followed",
  MCAST_NO_SOCKET: "a broadcast or multicast datagram that no socket wants",
  ICMPV6_UNKNOWN: "an ICMPv6 message of a type that nobody handles",
  ARP_MALFORMED: "an ARP packet that makes no sense",
  NDISC_MALFORMED: "neighbour discovery that makes no sense",
  ICMP_MALFORMED: "an ICMP error that quotes no packet",
  IPV6_TRUNCATED_EXTHDR: "an IPv6 extension header that ends beyond the packet",
  IPV6_FRAG_MALFORMED: "an IPv6 fragment that makes no sense",
  IPV6_NO_NEXT_HEADER: "an IPv6 packet without a next header, which asks for nothing",
  IPV6_ROUTING_HEADER: "an IPv6 routing header that is not followed",
  FORWARD_NOT_UNICAST: "a broadcast frame with a packet that would have to be forwarded",
  TCP_NOT_UNICAST: "TCP for a broadcast or group address",
  TCP_REQUEST: "a segment that does not complete a TCP handshake",
  TCP_AFTER_FIN: "TCP data behind the peer's FIN",
  TCP_TIME_WAIT: "a stray segment of a closed TCP connection",
  FRAG_OVERLAP: "fragments that overlap or do not fit together",
  FRAG_MEMORY: "too many fragments wait for others",
  BRIDGE_SAME_PORT: "its destination is behind the port it came from",
} as const;

/** What happens on a simulated wire. */
const LINK_REASONS = {
  LINK_DOWN: "the link was cut",
  LINK_QUEUE_FULL: "the link's queue was full",
  LINK_LOSS: "lost on the wire",
  LINK_TYPE: "its link type is not this interface's",
} as const;

/** Why packets are dropped, and what that means. */
export const DROP_REASONS = { ...LINUX_REASONS, ...OWN_REASONS, ...LINK_REASONS } as const;

export type DropReason = keyof typeof DROP_REASONS;

/** True where Linux has the reason too, by that name. */
export function isLinuxReason(reason: DropReason): boolean {
  return reason in LINUX_REASONS;
}
