import { helpersOf } from "./available-helpers.ts";

/** What a struct's functions may write of one of the kernel's structs. */
export interface WritableStruct {
  readonly struct: string;
  /** Paths of the members, each written up to its end; `whole` members also from their middle. Absent: any of it. */
  readonly members?: readonly { readonly path: string; readonly whole?: true }[];
}

/** A struct of functions that the kernel takes from programs (`struct bpf_struct_ops`, and its `bpf_verifier_ops`). */
export interface StructOperations {
  readonly name: string;
  /** Helpers that programs may call, by member. */
  readonly helpers: (member: string) => readonly number[];
  /** Pointers to functions among its members that the kernel takes from no program (bpf_struct_ops_supported). */
  readonly unsupported: readonly string[];
  /** Members whose functions may sleep; absent: all. */
  readonly sleeping?: readonly string[];
  readonly writable: WritableStruct;
  /** Arguments that point to one struct of the kernel point to a larger one that begins with it. */
  readonly larger: Readonly<Record<string, string>>;
}

const [SET_OPTION, GET_OPTION, STORAGE_GET, STORAGE_DELETE, SEND_ACK, COARSE_CLOCK] = [49, 57, 107, 108, 116, 160];
const OF_CONNECTIONS = [...helpersOf("structOperations"), STORAGE_GET, STORAGE_DELETE, SEND_ACK, COARSE_CLOCK];
const OF_LIVE_CONNECTIONS = [...OF_CONNECTIONS, SET_OPTION, GET_OPTION];

/** Those of Linux 6.18 that are part of every kernel with TCP: net/ipv4/bpf_tcp_ca.c, net/bpf/bpf_dummy_struct_ops.c. */
const STRUCTS: readonly StructOperations[] = [
  {
    name: "tcp_congestion_ops",
    // A module that is being replaced shall not begin anything new.
    helpers: (member) => (member === "release" ? OF_CONNECTIONS : OF_LIVE_CONNECTIONS),
    unsupported: ["get_info"],
    writable: {
      struct: "tcp_sock",
      members: [
        { path: "inet_conn.icsk_inet.sk.sk_pacing_rate" },
        { path: "inet_conn.icsk_inet.sk.sk_pacing_status" },
        { path: "inet_conn.icsk_ca_priv", whole: true },
        { path: "inet_conn.icsk_ack.pending" },
        { path: "snd_cwnd" },
        { path: "snd_cwnd_cnt" },
        { path: "snd_cwnd_stamp" },
        { path: "snd_ssthresh" },
        { path: "ecn_flags" },
        { path: "app_limited" },
      ],
    },
    larger: { sock: "tcp_sock" },
  },
  {
    name: "bpf_dummy_ops",
    helpers: () => [],
    unsupported: [],
    sleeping: ["test_sleepable"],
    writable: { struct: "bpf_dummy_ops_state" },
    larger: {},
  },
];

export const structOperations = (name: string): StructOperations | undefined =>
  STRUCTS.find((struct) => struct.name === name);
