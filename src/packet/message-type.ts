/* Numbers of messages by the names that descriptions and dissections use. */

/** Numbers by name. */
export type Names = Readonly<Record<string, number>>;

/** ICMP types (IANA) by the names that iptables has for them. */
export const ICMP_TYPES = {
  "echo-reply": 0,
  "destination-unreachable": 3,
  "source-quench": 4,
  redirect: 5,
  "echo-request": 8,
  "router-advertisement": 9,
  "router-solicitation": 10,
  "time-exceeded": 11,
  "parameter-problem": 12,
  "timestamp-request": 13,
  "timestamp-reply": 14,
  "address-mask-request": 17,
  "address-mask-reply": 18,
} as const;

/** ICMP codes by their types. */
export const ICMP_CODES: Readonly<Record<number, Names>> = {
  3: {
    "network-unreachable": 0,
    "host-unreachable": 1,
    "protocol-unreachable": 2,
    "port-unreachable": 3,
    "fragmentation-needed": 4,
    "source-route-failed": 5,
    "network-unknown": 6,
    "host-unknown": 7,
    "network-prohibited": 9,
    "host-prohibited": 10,
    "tos-network-unreachable": 11,
    "tos-host-unreachable": 12,
    "communication-prohibited": 13,
    "host-precedence-violation": 14,
    "precedence-cutoff": 15,
  },
  5: { "network-redirect": 0, "host-redirect": 1, "tos-network-redirect": 2, "tos-host-redirect": 3 },
  11: { "ttl-zero-during-transit": 0, "ttl-zero-during-reassembly": 1 },
  12: { "ip-header-bad": 0, "required-option-missing": 1, "bad-length": 2 },
};

/** ICMPv6 types (IANA) by the names that ip6tables and nft have for them. */
export const ICMP6_TYPES = {
  "destination-unreachable": 1,
  "packet-too-big": 2,
  "time-exceeded": 3,
  "parameter-problem": 4,
  "echo-request": 128,
  "echo-reply": 129,
  "mld-listener-query": 130,
  "mld-listener-report": 131,
  "mld-listener-done": 132,
  "router-solicitation": 133,
  "router-advertisement": 134,
  "neighbour-solicitation": 135,
  "neighbour-advertisement": 136,
  redirect: 137,
  "mld2-listener-report": 143,
} as const;

/** ICMPv6 codes by their types. */
export const ICMP6_CODES: Readonly<Record<number, Names>> = {
  1: {
    "no-route": 0,
    "communication-prohibited": 1,
    "beyond-scope": 2,
    "address-unreachable": 3,
    "port-unreachable": 4,
    "failed-policy": 5,
    "reject-route": 6,
  },
  3: { "ttl-zero-during-transit": 0, "ttl-zero-during-reassembly": 1 },
  4: { "bad-header": 0, "unknown-header-type": 1, "unknown-option": 2 },
};

/** IGMP types (IANA). */
export const IGMP_TYPES = {
  "membership-query": 0x11,
  "v1-report": 0x12,
  "v2-report": 0x16,
  leave: 0x17,
  "v3-report": 0x22,
} as const;

/** SCTP chunk types (RFC 9260 section 3.2). */
export const SCTP_CHUNKS: Names = {
  data: 0,
  init: 1,
  "init-ack": 2,
  sack: 3,
  heartbeat: 4,
  "heartbeat-ack": 5,
  abort: 6,
  shutdown: 7,
  "shutdown-ack": 8,
  error: 9,
  "cookie-echo": 10,
  "cookie-ack": 11,
  "shutdown-complete": 14,
};

/** The nine TCP flags (RFC 9293, RFC 3168, RFC 9768). */
export const TCP_FLAG = {
  fin: 0x001,
  syn: 0x002,
  rst: 0x004,
  psh: 0x008,
  ack: 0x010,
  urg: 0x020,
  ece: 0x040,
  cwr: 0x080,
  ae: 0x100,
} as const;

/** The name of a number, its words apart; undefined for one without. */
export function nameOf(names: Names, number: number): string | undefined {
  return Object.keys(names)
    .find((name) => names[name] === number)
    ?.replaceAll("-", " ");
}
