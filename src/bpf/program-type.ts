import { type Prototype, prototypeOf } from "./helpers/prototype.ts";
import { helpersOf } from "./program-type/available-helpers.ts";
import type { ContextLayout } from "./program-type/context-layout.ts";
import { PACKET_POINTERS, skBuffContext } from "./program-type/sk-buff-context.ts";
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
  readonly returnRange?: (attachType: number) => readonly [min: number, max: number];
}

const CLASSID = 17;
/** The class of the current task, where other types have the class of a packet's sender. */
const OF_CURRENT_TASK: ReadonlyMap<number, Prototype> = new Map([
  [CLASSID, { ...prototypeOf(CLASSID)!, arguments: [] }],
]);

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
    variants: OF_CURRENT_TASK,
    packetAccess: "none",
    packetLoads: true,
  },
  { name: "sched_cls", number: 3, ...trafficControl },
  { name: "sched_act", number: 4, ...trafficControl },
  {
    name: "xdp",
    number: 6,
    context: XDP_CONTEXT,
    helpers: helpersOf("xdp"),
    variants: OF_CURRENT_TASK,
    packetAccess: "write",
    packetLoads: false,
  },
  {
    name: "cgroup_skb",
    number: 8,
    context: skBuffContext({
      hidden: ["tc_classid", "data_meta", "wire_len"],
      writable: [...MARKS, "tstamp"],
      pointers: PACKET_POINTERS,
    }),
    helpers: helpersOf("cgroupSkb"),
    variants: OF_CURRENT_TASK,
    packetAccess: "read",
    packetLoads: false,
    returnRange: (attachType) => (attachType === CGROUP_EGRESS ? [0, 3] : [0, 1]),
  },
  { name: "lwt_in", number: 10, ...lightweightTunnel, helpers: helpersOf("lwtIn"), packetAccess: "read" },
  { name: "lwt_out", number: 11, ...lightweightTunnel, helpers: helpersOf("lwtOut"), packetAccess: "read" },
  { name: "lwt_xmit", number: 12, ...lightweightTunnel, helpers: helpersOf("lwtXmit"), packetAccess: "write" },
  {
    name: "lwt_seg6local",
    number: 19,
    ...lightweightTunnel,
    helpers: helpersOf("lwtSeg6Local"),
    packetAccess: "read",
  },
];

/** The kind of that name or number; undefined for one that the verifier does not know. */
export const findProgramType = (nameOrNumber: string | number): ProgramType | undefined =>
  PROGRAM_TYPES.find(({ name, number }) => name === nameOrNumber || number === nameOrNumber);
