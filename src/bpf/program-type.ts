import type { Prototype } from "./helpers/prototype.ts";
import { helpersOf } from "./program-type/available-helpers.ts";
import { DEVICE_CONTEXT, SOCKET_OPTION_CONTEXT, SYSCTL_CONTEXT } from "./program-type/cgroup-contexts.ts";
import type { ContextLayout } from "./program-type/context-layout.ts";
import { PACKET_POINTERS, skBuffContext } from "./program-type/sk-buff-context.ts";
import {
  CGROUP_SOCKET_CONTEXT,
  FLOW_DISSECTOR_CONTEXT,
  NETFILTER_CONTEXT,
  REUSEPORT_CONTEXT,
  SOCKET_ADDRESS_CONTEXT,
  SOCKET_LOOKUP_CONTEXT,
  SOCKET_MESSAGE_CONTEXT,
  SOCKET_OPERATIONS_CONTEXT,
  SOCKET_STREAM_CONTEXT,
} from "./program-type/socket-contexts.ts";
import { structOperations } from "./program-type/struct-operations.ts";
import {
  ARGUMENTS_CONTEXT,
  KPROBE_CONTEXT,
  PERF_EVENT_CONTEXT,
  RAW_TRACEPOINT_CONTEXT,
  SYSCALL_CONTEXT,
  TRACEPOINT_CONTEXT,
  WRITABLE_RAW_TRACEPOINT_CONTEXT,
} from "./program-type/tracing-contexts.ts";
import { VARIANTS } from "./program-type/variants.ts";
import { XDP_CONTEXT } from "./program-type/xdp-context.ts";

/** What the verifier has to know of a kind of programs. */
export interface ProgramType {
  /** As `enum bpf_prog_type` calls it, in lower case: `sched_cls`. */
  readonly name: string;
  /** Its number there. */
  readonly number: number;
  readonly context: ContextLayout;
  /** Numbers of the helpers that it may call. */
  readonly helpers: ReadonlySet<number>;
  /** Helpers that are called in another way than by programs of other types. */
  readonly variants?: ReadonlyMap<number, Prototype>;
  /** What it may do with packets in place (may_access_direct_pkt_data). */
  readonly packetAccess: "none" | "read" | "write";
  /** It may use LD_ABS and LD_IND. */
  readonly packetLoads: boolean;
  /** Smallest and largest value that it may return, where not every value will do; by attach type. */
  readonly returnRange?: (attachType: number) => readonly [min: number, max: number] | undefined;
  /** Helpers that only programs for some attach types may call. */
  readonly extraHelpers?: (attachType: number, attachTarget: string) => readonly number[];
  /** Bytes behind a `flow-keys` pointer of its context; absent: those of struct bpf_flow_keys. */
  readonly flowKeysBytes?: number;
  /** Its context lies in memory as the program sees it, so that helpers read it, too (no convert_ctx_access). */
  readonly readsContextInPlace?: boolean;
  /** It may sleep, as only programs of this type always may. */
  readonly sleeps?: boolean;
}

/** bpf_get_retval, bpf_set_retval; bpf_bind; bpf_setsockopt, bpf_getsockopt */
const RESULT_HELPERS = [186, 187];
const BIND = 64;
const OPTION_HELPERS = [49, 57];

const CGROUP_EGRESS = 1;
const CB_ONLY = ["cb"];
const MARKS = ["mark", "priority", "cb"];

const lightweightTunnel = {
  context: skBuffContext({
    hidden: ["tc_classid", "socket-address", "data_meta", "tstamp", "wire_len", "hwtstamp"],
    writable: MARKS,
    pointers: PACKET_POINTERS,
  }),
  packetLoads: false,
} as const;

const trafficControl = {
  context: skBuffContext({
    hidden: ["socket-address"],
    writable: ["mark", "tc_index", "priority", "tc_classid", "cb", "tstamp", "queue_mapping"],
    pointers: { ...PACKET_POINTERS, data_meta: "packet-meta" },
  }),
  helpers: helpersOf("schedCls"),
  packetAccess: "write",
  packetLoads: true,
} as const;

/** A type without packets. */
const elsewhere = { packetAccess: "none", packetLoads: false, variants: VARIANTS.task } as const;
const zeroOrOne = (): readonly [number, number] => [0, 1];
const probe = { ...elsewhere, helpers: helpersOf("probe"), readsContextInPlace: true } as const;

const [INET4_BIND, INET6_BIND, INET4_CONNECT, INET6_CONNECT] = [8, 9, 10, 11];
/** Receiving, and asking for names: their programs cannot refuse. */
const NEVER_REFUSE = [19, 20, 29, 30, 31, 32, 51, 52, 53];
const SETSOCKOPT = 22;
const [TRACE_KPROBE_SESSION, TRACE_UPROBE_SESSION] = [56, 57];

/** Every kind of programs that the verifier knows. */
export const PROGRAM_TYPES: readonly ProgramType[] = [
  {
    name: "socket_filter",
    number: 1,
    context: skBuffContext({
      hidden: ["tc_classid", "data", "data_meta", "data_end", "socket-address", "tstamp", "wire_len", "hwtstamp"],
      writable: CB_ONLY,
      pointers: {},
    }),
    helpers: helpersOf("socketFilter"),
    variants: VARIANTS.task,
    packetAccess: "none",
    packetLoads: true,
  },
  {
    name: "kprobe",
    number: 2,
    ...probe,
    context: KPROBE_CONTEXT,
    returnRange: (attachType) =>
      attachType === TRACE_KPROBE_SESSION || attachType === TRACE_UPROBE_SESSION ? [0, 1] : undefined,
  },
  { name: "sched_cls", number: 3, ...trafficControl },
  { name: "sched_act", number: 4, ...trafficControl },
  { name: "tracepoint", number: 5, ...probe, context: TRACEPOINT_CONTEXT },
  {
    name: "xdp",
    number: 6,
    context: XDP_CONTEXT,
    helpers: helpersOf("xdp"),
    variants: VARIANTS.task,
    packetAccess: "write",
    packetLoads: false,
  },
  {
    name: "perf_event",
    number: 7,
    ...probe,
    context: PERF_EVENT_CONTEXT,
    helpers: helpersOf("perfEvent"),
    readsContextInPlace: false,
  },
  {
    name: "cgroup_skb",
    number: 8,
    context: skBuffContext({
      hidden: ["tc_classid", "data_meta", "wire_len"],
      writable: [...MARKS, "tstamp"],
      pointers: PACKET_POINTERS,
      needs: { data: "bpf", data_end: "bpf", tstamp: "bpf-to-write" },
    }),
    helpers: helpersOf("cgroupSkb"),
    variants: VARIANTS.task,
    packetAccess: "read",
    packetLoads: false,
    returnRange: (attachType) => (attachType === CGROUP_EGRESS ? [0, 3] : [0, 1]),
  },
  {
    name: "cgroup_sock",
    number: 9,
    ...elsewhere,
    context: CGROUP_SOCKET_CONTEXT,
    helpers: helpersOf("cgroupSocket"),
    variants: VARIANTS.cgroupSocket,
    returnRange: zeroOrOne,
  },
  { name: "lwt_in", number: 10, ...lightweightTunnel, helpers: helpersOf("lwtIn"), packetAccess: "read" },
  { name: "lwt_out", number: 11, ...lightweightTunnel, helpers: helpersOf("lwtOut"), packetAccess: "read" },
  { name: "lwt_xmit", number: 12, ...lightweightTunnel, helpers: helpersOf("lwtXmit"), packetAccess: "write" },
  {
    name: "sock_ops",
    number: 13,
    ...elsewhere,
    context: SOCKET_OPERATIONS_CONTEXT,
    helpers: helpersOf("socketOperations"),
    returnRange: zeroOrOne,
  },
  {
    name: "sk_skb",
    number: 14,
    ...elsewhere,
    context: SOCKET_STREAM_CONTEXT,
    helpers: helpersOf("socketStream"),
    packetAccess: "write",
  },
  {
    name: "cgroup_device",
    number: 15,
    ...elsewhere,
    context: DEVICE_CONTEXT,
    readsContextInPlace: true,
    helpers: helpersOf("cgroupDevice"),
    returnRange: zeroOrOne,
  },
  {
    name: "sk_msg",
    number: 16,
    ...elsewhere,
    context: SOCKET_MESSAGE_CONTEXT,
    helpers: helpersOf("socketMessage"),
    packetAccess: "write",
  },
  { name: "raw_tracepoint", number: 17, ...probe, context: RAW_TRACEPOINT_CONTEXT },
  {
    name: "cgroup_sock_addr",
    number: 18,
    ...elsewhere,
    context: SOCKET_ADDRESS_CONTEXT,
    helpers: helpersOf("cgroupSocketAddress"),
    extraHelpers: (attachType) => [
      ...(NEVER_REFUSE.includes(attachType) ? [] : RESULT_HELPERS),
      ...(attachType === INET4_CONNECT || attachType === INET6_CONNECT ? [BIND] : []),
    ],
    returnRange: (attachType) =>
      NEVER_REFUSE.includes(attachType)
        ? [1, 1]
        : attachType === INET4_BIND || attachType === INET6_BIND
          ? [0, 3]
          : [0, 1],
  },
  {
    name: "lwt_seg6local",
    number: 19,
    ...lightweightTunnel,
    helpers: helpersOf("lwtSeg6Local"),
    packetAccess: "read",
  },
  {
    name: "sk_reuseport",
    number: 21,
    ...elsewhere,
    context: REUSEPORT_CONTEXT,
    helpers: helpersOf("reuseport"),
    variants: VARIANTS.reuseport,
    packetAccess: "read",
  },
  {
    name: "flow_dissector",
    number: 22,
    ...elsewhere,
    context: FLOW_DISSECTOR_CONTEXT,
    helpers: helpersOf("flowDissector"),
    packetAccess: "read",
  },
  {
    name: "cgroup_sysctl",
    number: 23,
    ...elsewhere,
    context: SYSCTL_CONTEXT,
    helpers: helpersOf("cgroupSysctl"),
    extraHelpers: () => RESULT_HELPERS,
    returnRange: zeroOrOne,
  },
  { name: "raw_tracepoint_writable", number: 24, ...probe, context: WRITABLE_RAW_TRACEPOINT_CONTEXT },
  {
    name: "cgroup_sockopt",
    number: 25,
    ...elsewhere,
    context: SOCKET_OPTION_CONTEXT,
    helpers: helpersOf("cgroupSocketOption"),
    extraHelpers: (attachType) => (attachType === SETSOCKOPT ? OPTION_HELPERS : []),
    variants: VARIANTS.socketOption,
    packetAccess: "write",
    returnRange: zeroOrOne,
  },
  {
    name: "sk_lookup",
    number: 30,
    ...elsewhere,
    context: SOCKET_LOOKUP_CONTEXT,
    helpers: helpersOf("socketLookup"),
    variants: VARIANTS.socketLookup,
    returnRange: zeroOrOne,
  },
  {
    name: "netfilter",
    number: 32,
    ...elsewhere,
    context: NETFILTER_CONTEXT,
    readsContextInPlace: true,
    helpers: helpersOf("netfilter"),
    returnRange: zeroOrOne,
  },
  {
    name: "syscall",
    number: 31,
    ...elsewhere,
    context: SYSCALL_CONTEXT,
    readsContextInPlace: true,
    helpers: helpersOf("syscall"),
    variants: VARIANTS.tracing,
    sleeps: true,
  },
];

const [RAW_TRACEPOINT, ENTRY, EXIT, MODIFY_RETURN, ITERATOR] = [23, 24, 25, 26, 28];
/** bpf_get_attach_cookie; bpf_get_func_ip, bpf_get_func_arg, bpf_get_func_ret, bpf_get_func_arg_cnt; bpf_seq_printf and bpf_seq_write */
const COOKIE = 174;
const ARGUMENT_HELPERS = [COOKIE, 183, 184, 185];
const SEQUENCE_HELPERS = [126, 127, 150];
/** Iterators over sockets, which they lock. */
const SOCKET_ITERATORS: readonly string[] = ["tcp", "unix"];

/** Kinds that are verified where the kernel's BTF is at hand, and not simulated. */
const BY_KERNEL_TYPES: readonly ProgramType[] = [
  {
    name: "struct_ops",
    number: 27,
    ...elsewhere,
    context: ARGUMENTS_CONTEXT,
    readsContextInPlace: true,
    helpers: new Set(),
    variants: VARIANTS.structOperations,
    extraHelpers: (_, attachTarget) => {
      const [struct = "", member = ""] = attachTarget.split("/");
      return structOperations(struct)?.helpers(member) ?? [];
    },
  },
  {
    name: "tracing",
    number: 26,
    ...elsewhere,
    context: ARGUMENTS_CONTEXT,
    readsContextInPlace: true,
    helpers: helpersOf("tracing"),
    variants: VARIANTS.tracing,
    extraHelpers: (attachType, attachTarget) =>
      attachType === ITERATOR
        ? [...SEQUENCE_HELPERS, ...(SOCKET_ITERATORS.includes(attachTarget) ? OPTION_HELPERS : [])]
        : attachType === ENTRY || attachType === EXIT || attachType === MODIFY_RETURN
          ? ARGUMENT_HELPERS
          : [COOKIE],
    returnRange: (attachType) =>
      attachType === ITERATOR
        ? [0, 1]
        : attachType === RAW_TRACEPOINT || attachType === MODIFY_RETURN
          ? undefined
          : [0, 0],
  },
];

/** The kind of that name or number; undefined for one that the verifier does not know. */
export const findProgramType = (nameOrNumber: string | number): ProgramType | undefined =>
  [...PROGRAM_TYPES, ...BY_KERNEL_TYPES].find(({ name, number }) => name === nameOrNumber || number === nameOrNumber);
