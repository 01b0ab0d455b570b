/**
 * What a datapath can do with a packet: the actions of a megaflow, after enum ovs_action_attr (linux/openvswitch.h).
 * Keys and masks inside actions have the layout of flow keys (flow/layout.ts). Lists are never changed once installed.
 */
export type DatapathAction =
  | { readonly type: "output"; readonly port: number }
  | UserspaceAction
  | SetAction
  | {
      readonly type: "push_vlan";
      readonly tpid: number /** Without the bit that marks presence in keys. */;
      readonly tci: number;
    }
  | { readonly type: "pop_vlan" }
  | { readonly type: "push_mpls"; readonly ethertype: number /** Label stack entry. */; readonly lse: number }
  | { readonly type: "pop_mpls" /** Of what lies below. */; readonly ethertype: number }
  | PushNshAction
  | { readonly type: "pop_nsh" }
  | { readonly type: "push_eth"; readonly source: Uint8Array; readonly destination: Uint8Array }
  | { readonly type: "pop_eth" }
  | SampleAction
  | { readonly type: "recirc"; readonly id: number }
  | HashAction
  | ConntrackAction
  | { readonly type: "ct_clear" }
  | { readonly type: "meter"; readonly id: number }
  | { readonly type: "trunc" /** The next output sends at most so many bytes. */; readonly length: number }
  | { readonly type: "clone"; readonly actions: readonly DatapathAction[] }
  | CheckLengthAction
  | { readonly type: "drop" /** enum xlate_error; 0: as the tables say. */; readonly reason: number }
  | BpfAction;

/** Sends a copy up to the slow path, which finds in `cookie` what it put there. */
export interface UserspaceAction {
  readonly type: "userspace";
  readonly reason: "controller" | "slow_path" | "sflow" | "ipfix" | "program";
  readonly cookie: unknown;
}

/** Attributes that set works on; each stands for the fields of its key attribute. */
export type SetGroup =
  | "skb_priority"
  | "skb_mark"
  | "tunnel"
  | "eth"
  | "mpls"
  | "ipv4"
  | "ipv6"
  | "arp"
  | "nsh"
  | "tcp"
  | "udp"
  | "sctp"
  | "icmp"
  | "nd";

/** Writes the bits of `value` that `mask` wants into the packet's fields of one group, checksums included. */
export interface SetAction {
  readonly type: "set";
  readonly group: SetGroup;
  readonly value: Uint8Array;
  /** Exact where every bit of the group's fields is set. */
  readonly mask: Uint8Array;
}

export interface PushNshAction {
  readonly type: "push_nsh";
  readonly flags: number;
  readonly ttl: number;
  readonly mdType: 1 | 2;
  readonly nextProtocol: number;
  /** Service path identifier and service index. */
  readonly path: number;
  /** Context words (type 1, 16 bytes) or TLVs (type 2). */
  readonly metadata: Uint8Array;
}

export interface SampleAction {
  readonly type: "sample";
  /** 0..0xffffffff: never .. always. */
  readonly probability: number;
  readonly actions: readonly DatapathAction[];
}

/** Puts a hash of the packet's flow into dp_hash: over its 5-tuple, or over that in a form the same in both directions. */
export interface HashAction {
  readonly type: "hash";
  readonly algorithm: "l4" | "sym_l4";
  readonly basis: number;
}

/** Sends the packet through connection tracking (OVS_ACTION_ATTR_CT). */
export interface ConntrackAction {
  readonly type: "ct";
  readonly zone: number;
  readonly isCommit: boolean;
  /** A connection of the other direction is thrown away first. */
  readonly isForced: boolean;
  readonly mark?: { readonly value: number; readonly mask: number };
  /** 16 bytes each. */
  readonly label?: { readonly value: Uint8Array; readonly mask: Uint8Array };
  readonly nat?: Nat;
  readonly helper?: string;
}

/** Translates addresses of a connection; without direction: as the connection says that exists. */
export interface Nat {
  readonly direction?: "src" | "dst";
  /** First and last address, 4 or 16 bytes; without: only the port changes. */
  readonly addresses?: readonly [Uint8Array, Uint8Array];
  readonly ports?: readonly [number, number];
  /** How ports and addresses are chosen from the ranges; default: the packet's own where it is free. */
  readonly choice?: "hash" | "random";
  readonly isPersistent?: boolean;
}

export interface CheckLengthAction {
  readonly type: "check_pkt_len";
  readonly length: number;
  readonly greater: readonly DatapathAction[];
  readonly lessEqual: readonly DatapathAction[];
}

/** Runs the program of the flow-hit hook that has this name in the bridge's `hooks`. */
export interface BpfAction {
  readonly type: "bpf";
  readonly program: string;
  readonly arguments: readonly [number, number];
}
