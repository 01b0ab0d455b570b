import type { DatapathAction } from "../../datapath/action.ts";
import type { Action } from "../action/action.ts";
import type { CheckLengthAction } from "../action/sundry.ts";
import { placed } from "../field/subfield.ts";
import { endPipeline } from "./action-set.ts";
import { commit } from "./commit.ts";
import { writeFlowField } from "./fields.ts";
import type { Translation } from "./translation.ts";

/** Does something to a copy of the flow: stack, action set and flow are as before afterwards. */
function withCopy(t: Translation, inside: () => void): void {
  const { stack, actionSet, actionSetHasGroup } = t;
  const flow = t.flow.slice();
  t.stack = [...stack];
  t.actionSet = [...actionSet];
  inside();
  t.stack = stack;
  t.actionSet = actionSet;
  t.actionSetHasGroup = actionSetHasGroup;
  t.flow.set(flow);
}

/** Does something whose effects on the datapath's packet end with it, and returns its datapath actions. */
function aside(t: Translation, inside: () => void): DatapathAction[] {
  const { out, wasMpls, isTracked } = t;
  const base = t.base.slice();
  t.out = [];
  inside();
  const actions = t.out;
  t.out = out;
  t.base.set(base);
  t.wasMpls = wasMpls;
  t.isTracked = isTracked;
  return actions;
}

/**
 * clone: where all can be undone by what is committed later no clone is needed in the datapath (clone_xlate_actions).
 * `run` is what is done to the copy.
 */
export function clone(
  t: Translation,
  actions: readonly Action[],
  isLast: boolean,
  run = () => t.run(actions, isLast),
): void {
  withCopy(t, () => {
    if (isLast || t.canUndo(actions)) {
      run();
      endPipeline(t);
      return;
    }
    commit(t);
    const inside = aside(t, () => {
      t.run(actions, true);
      endPipeline(t);
    });
    if (inside.length > 0) t.out.push({ type: "clone", actions: inside });
  });
}

/** check_pkt_larger: the datapath does one of two things, so the rest of the list is translated twice. */
export function checkLength(t: Translation, { length, destination }: CheckLengthAction, rest: readonly Action[]): void {
  withCopy(t, () => {
    const flow = t.flow.slice();
    commit(t);
    const branch = (value: bigint) =>
      aside(t, () => {
        t.flow.set(flow);
        writeFlowField(t.flow, destination.field, placed(destination, value));
        t.run(rest, true);
        endPipeline(t);
      });
    const greater = branch(1n);
    const { isLeaving } = t;
    t.isLeaving = false;
    const lessEqual = branch(0n);
    t.isLeaving = isLeaving;
    t.out.push({ type: "check_pkt_len", length, greater, lessEqual });
  });
}
