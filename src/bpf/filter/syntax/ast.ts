import type { Span } from "./span.ts";

/** Protocols that may stand before an address, an index or by themselves. `ether` is the link layer, whatever it is. */
export const PROTOCOLS = [
  "ether",
  "ip",
  "arp",
  "rarp",
  "sctp",
  "tcp",
  "udp",
  "icmp",
  "igmp",
  "igrp",
  "pim",
  "vrrp",
  "carp",
  "atalk",
  "aarp",
  "decnet",
  "lat",
  "sca",
  "mopdl",
  "moprc",
  "ip6",
  "icmp6",
  "ah",
  "esp",
  "iso",
  "esis",
  "isis",
  "l1",
  "l2",
  "iih",
  "lsp",
  "snp",
  "psnp",
  "csnp",
  "clnp",
  "stp",
  "ipx",
  "netbeui",
  "radio",
] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Which of a packet's addresses is meant; undefined: either. */
export type Direction = "src" | "dst" | "or" | "and" | "addr1" | "addr2" | "addr3" | "addr4" | "ra" | "ta";

/** What an address is; undefined: a host. */
export type AddressType = "host" | "net" | "port" | "portrange" | "proto" | "protochain" | "gateway";

/** The words before an address. They also hold for addresses after `and` and `or` that have none of their own. */
export interface Qualifiers {
  readonly protocol?: Protocol;
  readonly direction?: Direction;
  readonly type?: AddressType;
}

/** An address, a number or a name, as written. */
export type Operand =
  | { readonly kind: "name" | "ipv6" | "mac" | "arcnet" | "ipv4"; readonly text: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "ipv4-prefix"; readonly text: string; readonly length: number }
  | { readonly kind: "ipv4-mask"; readonly text: string; readonly mask: string }
  | { readonly kind: "ipv6-prefix"; readonly text: string; readonly length: number };

export type RelationOperator = ">" | ">=" | "=" | "<" | "<=" | "!=";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>";

/** A 32-bit unsigned value, computed for each packet. */
export type Arithmetic = Span &
  (
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "length" }
    | { readonly kind: "load"; readonly protocol: Protocol; readonly index: Arithmetic; readonly size: number }
    | {
        readonly kind: "binary";
        readonly operator: ArithmeticOperator;
        readonly left: Arithmetic;
        readonly right: Arithmetic;
      }
    | { readonly kind: "negation"; readonly operand: Arithmetic }
  );

/** One test of a packet. */
export type Primitive = Span &
  /** No qualifiers: there were none to take over, as in `tcp or 80`. */
  (
    | { readonly kind: "address"; readonly qualifiers: Qualifiers | undefined; readonly operand: Operand }
    | { readonly kind: "protocol"; readonly protocol: Protocol }
    | {
        readonly kind: "relation";
        readonly operator: RelationOperator;
        readonly left: Arithmetic;
        readonly right: Arithmetic;
      }
    | { readonly kind: "broadcast" | "multicast"; readonly protocol: Protocol | undefined }
    | { readonly kind: "less" | "greater"; readonly value: number }
    | {
        readonly kind: "byte";
        readonly index: number;
        readonly operator: "&" | "|" | "<" | ">" | "=";
        readonly value: number;
      }
    | { readonly kind: "inbound" | "outbound" | "pppoed" }
    | { readonly kind: "ifindex"; readonly value: number }
    /** A tag, label, session or network number; undefined: any. */
    | { readonly kind: "vlan" | "mpls" | "pppoes" | "geneve" | "vxlan"; readonly value: number | undefined }
    | { readonly kind: "pflog-name"; readonly field: "ifname" | "ruleset"; readonly text: string }
    | { readonly kind: "pflog-number"; readonly field: "rnr" | "srnr" | "reason" | "action"; readonly value: number }
    | { readonly kind: "wlan-type"; readonly value: number; readonly mask: number }
    | { readonly kind: "wlan-direction"; readonly value: number }
    /** Which frames of IEEE 802.2; undefined: all. */
    | { readonly kind: "llc"; readonly frames: LlcFrames | undefined }
    | { readonly kind: "atm-type"; readonly name: string }
    | { readonly kind: "field"; readonly field: string; readonly operator: RelationOperator; readonly value: number }
    | { readonly kind: "mtp2-type"; readonly name: string }
  );

/** Information, supervisory and unnumbered frames, or one kind of the last two by its control field. */
export type LlcFrames =
  | { readonly format: "i" | "s" | "u"; readonly control?: undefined }
  | { readonly format: "s" | "u"; readonly control: number };

export type Expression =
  | Primitive
  | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "not"; readonly operand: Expression };
