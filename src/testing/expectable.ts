import type { Hook } from "../hooks/hook.ts";
import type { HookPlace } from "../hooks/places.ts";
import { TC_ACT } from "../hooks/tc/verdict.ts";
import { PACKET_FIELDS } from "./context-fields.ts";
import type { HookSettings } from "./model.ts";

/** What decides which expectations make sense. */
export interface ProgramFacts {
  readonly hook: Hook;
  readonly settings: HookSettings;
  readonly isClassic: boolean;
}

/** What programs of a place can bring about, beside their return value and verdict. */
interface Effects {
  /** Answers of traffic control that come of it, with direct action and without; absent: the place is no part of it. */
  readonly actions?: (settings: HookSettings) => readonly number[];
  /** Extended programs can change the packet's bytes. */
  readonly bytes: boolean;
  /** Fields of the context that extended programs can change. */
  readonly fields: readonly string[];
  /** Outcomes of the hook that there never are, with these settings. */
  readonly never?: (settings: HookSettings) => readonly string[];
}

const { UNSPEC, OK, RECLASSIFY, SHOT, PIPE, STOLEN, REDIRECT, TRAP } = TC_ACT;
const READS: Effects = { bytes: false, fields: ["cb"] };
const CLASSIC: Effects = { bytes: false, fields: [] };
/** is_valid_access of cg_skb and lwt in net/core/filter.c. */
const MARKS: Effects = { bytes: false, fields: ["cb", "mark", "priority"] };
/** tc_cls_act_is_valid_access, and what helpers change: bpf_set_hash, bpf_skb_vlan_push, bpf_skb_change_proto, bpf_skb_change_type. */
const TC: Effects = {
  bytes: true,
  fields: PACKET_FIELDS.filter((name) => !["ifindex", "ingress_ifindex", "hatype"].includes(name)),
};
const tcx: Effects = { ...TC, actions: () => [UNSPEC, OK, SHOT, REDIRECT] };

/** By the places of hooks that see packets. */
const EFFECTS: Readonly<Record<Exclude<HookPlace, "event">, Effects>> = {
  socket: READS,
  xdp: { bytes: true, fields: [] },
  "xdp-devmap": { bytes: true, fields: [] },
  "xdp-cpumap": { bytes: true, fields: [] },
  "cgroup-ingress": MARKS,
  "cgroup-egress": MARKS,
  // bpf_lwt_push_encap puts a header before the packet.
  "lwt-in": { ...MARKS, bytes: true, never: () => ["redirected"] },
  "lwt-out": { ...MARKS, never: () => ["redirected"] },
  "lwt-xmit": { ...MARKS, bytes: true, fields: [...MARKS.fields, "hash"] },
  "xt-match": READS,
  "team-hash": CLASSIC,
  "ppp-pass": CLASSIC,
  "ppp-active": CLASSIC,
  "tc-filter": {
    ...TC,
    actions: ({ directAction }) => (directAction ? [UNSPEC, OK, SHOT, STOLEN, REDIRECT, TRAP] : [UNSPEC, OK]),
    never: ({ directAction }) =>
      directAction ? ["unmatched", "matched"] : ["continued", "ok", "shot", "stolen", "redirected", "trapped"],
  },
  "tc-action": {
    ...TC,
    actions: ({ configured }) => [UNSPEC, OK, RECLASSIFY, SHOT, PIPE, REDIRECT, configured],
  },
  "tcx-ingress": tcx,
  "tcx-egress": tcx,
  "ovs-parser": TC,
  "ovs-flow-hit": TC,
  "ovs-flow-miss": TC,
  "ovs-port-miss": TC,
};

export const effectsAt = ({ place }: Hook): Effects => EFFECTS[place as Exclude<HookPlace, "event">];

const ofSeccomp = ({ hook }: ProgramFacts): string =>
  `a ${hook.name} decides over packets; errors and signals are what seccomp gives to system calls.`;

/** For each thing that a case can expect: why it can never come of a program here; undefined where it can. The end of a sentence. */
export const NEVER_EXPECTED: Readonly<Record<string, (facts: ProgramFacts) => string | undefined>> = {
  verdict: () => undefined,
  returns: () => undefined,
  split: () => undefined,
  length: ({ hook }) =>
    hook.place === "socket" ? undefined : `only a socket filter trims packets, a ${hook.name} does not.`,
  class: ({ hook }) =>
    hook.place === "tc-filter" ? undefined : `a ${hook.name} chooses no class; only a tc-filter does.`,
  action: ({ hook }) =>
    effectsAt(hook).actions === undefined
      ? `a ${hook.name} is no part of traffic control; say its \`verdict\`.`
      : undefined,
  errno: ofSeccomp,
  signal: ofSeccomp,
  runs: ofSeccomp,
  bytes: ({ hook, isClassic }) => {
    if (isClassic) return "classic programs do not change packets.";
    return effectsAt(hook).bytes ? undefined : `a program at ${hook.name} does not change packets.`;
  },
  context: ({ hook, isClassic }) => {
    if (isClassic) return "classic programs change nothing.";
    return effectsAt(hook).fields.length > 0 ? undefined : `a program at ${hook.name} changes no field of its context.`;
  },
  maps: ({ isClassic }) => (isClassic ? "classic programs have no maps." : undefined),
};
