import { set32 } from "../../../../packet/wire.ts";
import { AT } from "../../flow/layout.ts";
import type { Action } from "../action/action.ts";
import type { OutputAction } from "../action/ports.ts";
import { OFPP } from "../ports.ts";
import { finishFreezing } from "./freeze.ts";
import type { Translation } from "./translation.ts";

/** Kinds of which an action set does the last one only, in the order in which it does them (OpenFlow 1.5, section 5.6). */
const ONCE = [
  "strip_vlan",
  "pop_mpls",
  "decap",
  "encap",
  "push_mpls",
  "push_vlan",
  "dec_ttl",
  "dec_mpls_ttl",
  "dec_nsh_ttl",
];
/** Kinds of which it does all, in the order in which they were written. */
const ALL = new Set(["set_field", "mod", "move"]);
/** Of these only the first that is there is done; without any the packet is dropped. */
const FINAL = ["group", "output", "resubmit", "ct"];

/** What a set of actions does, in OpenFlow's order (ofpacts_execute_action_set). */
export function inActionSetOrder(set: readonly Action[]): readonly Action[] {
  const last = (kind: string) =>
    set.findLast((action) => action.kind === kind || (kind === "output" && action.kind === "controller"));
  const final = FINAL.map(last).find((action) => action !== undefined);
  if (final === undefined) return [];
  const once = [...ONCE.map(last), ...set.filter(({ kind }) => ALL.has(kind)), last("set_queue"), final];
  return once.filter((action) => action !== undefined);
}

/** write_actions: adds to the action set; the field actset_output tells where it would output. */
export function writeActions(t: Translation, actions: readonly Action[]): void {
  for (const action of t.actionSetHasGroup ? [] : actions) {
    if (action.kind === "output") set32(t.flow, AT.actsetOutput, (action as OutputAction).port);
    else if (action.kind === "group") {
      set32(t.flow, AT.actsetOutput, OFPP.UNSET);
      t.actionSetHasGroup = true;
      break;
    }
  }
  t.actionSet.push(...actions);
}

/** clear_actions. */
export function clearActionSet(t: Translation): void {
  t.actionSet = [];
  t.actionSetHasGroup = false;
  set32(t.flow, AT.actsetOutput, OFPP.UNSET);
}

/** Does the action set at the end of the pipeline. */
export function runActionSet(t: Translation): void {
  const actions = inActionSetOrder(t.actionSet);
  t.actionSet = [];
  if (actions.length === 0) return;
  t.list = "action_set";
  t.report.within(
    "table",
    () => "--. Executing action set:",
    () => t.run(actions, true),
  );
  t.list = "action";
}

/** Ends what was done to a copy: its action set, or the freezing that it began. */
export function endPipeline(t: Translation): void {
  if (!t.isFreezing) runActionSet(t);
  if (t.isFreezing) finishFreezing(t);
}
