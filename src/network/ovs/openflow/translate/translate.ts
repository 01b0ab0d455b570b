import { get16, get32, set16, set32 } from "../../../../packet/wire.ts";
import { AT, DATAPATH_SIZE, FRAGMENT, KEY_SIZE, MPLS_LABELS, TUNNEL_FLAGS, VLAN_PRESENT } from "../../flow/layout.ts";
import type { Action } from "../action/action.ts";
import { formatActions } from "../action/registry.ts";
import { ETHERTYPE, PROTOCOL } from "../match/protocols.ts";
import { OFPP } from "../ports.ts";
import { endPipeline, writeActions } from "./action-set.ts";
import { forgetConnection } from "./conntrack.ts";
import { isIp, isLaterFragment, isMpls } from "./fields.ts";
import { copyPart, maskBytes } from "./key-access.ts";
import { describe, findRule } from "./lookup.ts";
import { labelAt, vlanAt } from "./tags.ts";
import { Translation, type TranslationError, type TranslationInput } from "./translation.ts";

/**
 * Takes a flow through the tables of its bridge (xlate_actions of ofproto/ofproto-dpif-xlate.c): afterwards `out` is what
 * the datapath is to do, `wanted` the bits of the flow that this depends on. An error ends in no actions at all.
 */
export function translate(input: TranslationInput): Translation {
  const t = new Translation(input);
  set32(t.flow, AT.actsetOutput, OFPP.UNSET);
  t.base.fill(0, AT.tunId, AT.user);
  wantAlways(t);
  t.report.within(
    "bridge",
    () => `bridge("${t.bridge.name}")`,
    () => {
      const start = thaw(t);
      if (t.error !== undefined) return;
      if (start !== undefined) run(t, start);
      else {
        const rule = findRule(t, t.table, get32(t.flow, AT.inPort));
        t.rule = rule;
        if (rule !== undefined) t.rules.push(rule);
        t.report.within(
          "table",
          () => describe(t.table, rule),
          () => run(t, rule?.entry.actions ?? []),
        );
      }
    },
  );
  if (t.hasEffects) for (const { bridge, entry, limit } of t.lessons) bridge.learnFlow(entry, limit, t.now);
  if (t.error === undefined) finishMask(t);
  else {
    t.out = [{ type: "drop", reason: XLATE_ERRORS.indexOf(t.error) }];
    t.isSlow = false;
  }
  return t;
}

/** Errors by their numbers (enum xlate_error of ofproto/ofproto-dpif-xlate.h), 1 (no bridge) and 6 (recirculation conflict) aside, which cannot be here. */
const XLATE_ERRORS: readonly (TranslationError | undefined)[] = [
  undefined,
  undefined,
  "recursion too deep",
  "too many resubmits",
  "stack too deep",
  "no recirculation context",
  undefined,
  "too many MPLS labels",
  undefined,
  "unsupported",
];

function run(t: Translation, actions: readonly Action[]): void {
  t.run(actions, true);
  if (t.error === undefined) endPipeline(t);
}

/** What is always looked at (xlate_wc_init, tnl_wc_init). */
function wantAlways({ original, wanted }: Translation): void {
  maskBytes(wanted, AT.packetType, 4);
  maskBytes(wanted, AT.inPort, 4);
  maskBytes(wanted, AT.ethType, 2);
  if (isIp(original)) wanted[AT.nwFrag] = FRAGMENT.any | FRAGMENT.later;
  maskBytes(wanted, AT.recircId, 4);
  const isTunnelled = original.subarray(AT.tunDst, AT.tunFlags).some((byte) => byte !== 0);
  if (!isTunnelled) return;
  maskBytes(wanted, AT.tunId, 8);
  const isIpv4 = original.subarray(AT.tunDst, AT.tunDst + 4).some((byte) => byte !== 0);
  if (isIpv4) maskBytes(wanted, AT.tunSrc, 8);
  else maskBytes(wanted, AT.tunIpv6Src, 32);
  wanted[AT.tunFlags + 1]! |= TUNNEL_FLAGS.df | TUNNEL_FLAGS.csum | TUNNEL_FLAGS.key;
  maskBytes(wanted, AT.tunTos, 1);
  if (isIp(original) && (original[AT.tunTos]! & 3) === 3) wanted[AT.nwTos]! |= 3;
}

/** Brings back what a recirculating packet left behind; the actions that were left to do, if any. */
function thaw(t: Translation): readonly Action[] | undefined {
  const id = get32(t.original, AT.recircId);
  if (id === 0) return undefined;
  const state = t.bridge.recirculations.find(id);
  if (state === undefined) {
    t.say("error", `Recirculation context not found for ID ${id.toString(16)}`);
    t.error = "no recirculation context";
    return undefined;
  }
  t.report.within(
    "thaw",
    () => "thaw",
    () => {
      t.table = state.table;
      t.say("thaw", `Resuming from table ${state.table}`);
      t.isTracked = state.isTracked;
      if (!state.isTracked) forgetConnection(t.flow);
      copyPart(t.flow, state.flow, AT.inPort, 4);
      copyPart(t.flow, state.flow, AT.tunId, AT.user - AT.tunId);
      copyPart(t.flow, state.flow, DATAPATH_SIZE, KEY_SIZE - DATAPATH_SIZE);
      t.stack = [...state.stack];
      if (state.actionSet.length > 0) {
        t.say("thaw", `Restoring action set: ${formatActions(state.actionSet)}`);
        set32(t.flow, AT.actsetOutput, OFPP.UNSET);
        writeActions(t, state.actionSet);
      }
      if (state.actions.length > 0) t.say("thaw", `Restoring actions: ${formatActions(state.actions)}`);
    },
  );
  return state.actions.length > 0 ? state.actions : undefined;
}

/** Takes out of the mask what no datapath can match of such a packet (xlate_wc_finish). */
function finishMask({ original, wanted, flow }: Translation): void {
  wanted.fill(0, DATAPATH_SIZE, KEY_SIZE);
  const isIcmp =
    (get16(flow, AT.ethType) === ETHERTYPE.ip && flow[AT.nwProto] === PROTOCOL.icmp) ||
    (get16(flow, AT.ethType) === ETHERTYPE.ipv6 && flow[AT.nwProto] === PROTOCOL.icmpv6);
  if (isIcmp) {
    wanted[AT.tpSrc] = 0;
    wanted[AT.tpDst] = 0;
  }
  for (const i of [0, 1]) {
    const tci = get16(wanted, vlanAt(i) + 2);
    if (tci !== 0) set16(wanted, vlanAt(i) + 2, tci | VLAN_PRESENT);
    const tpid = get16(original, vlanAt(i));
    if (tpid !== ETHERTYPE.vlan && tpid !== ETHERTYPE.serviceVlan) wanted.fill(0, vlanAt(i), vlanAt(i + 1));
  }
  if (isLaterFragment(flow)) wanted.fill(0, AT.tpSrc, AT.ctTpSrc);
  if (!isMpls(original)) wanted.fill(0, labelAt(0), labelAt(MPLS_LABELS));
  if (get16(original, AT.ethType) !== ETHERTYPE.nsh) wanted.fill(0, AT.nshFlags, AT.nshContext + 16);
}
