import { fieldNamed } from "../../flow/fields.ts";
import type { Action } from "../action/action.ts";
import type { SetFieldAction } from "../action/set-field.ts";
import type { GotoTableAction, ResubmitAction, WriteMetadataAction } from "../action/tables.ts";
import { commit } from "./commit.ts";
import type { Translation } from "./translation.ts";

const METADATA = fieldNamed("metadata")!;

/** Keeps actions for after the recirculation; instructions as the actions that do the same (freeze_unroll_actions). */
export function freezeActions(t: Translation, actions: readonly Action[]): void {
  for (const action of actions) {
    switch (action.kind) {
      case "goto_table": {
        const { table } = action as GotoTableAction;
        const resubmit: ResubmitAction = { kind: "resubmit", inPort: undefined, table, usesConnection: false };
        t.frozen.push(resubmit);
        break;
      }
      case "write_metadata": {
        const { value, mask } = action as WriteMetadataAction;
        const set: SetFieldAction = { kind: "set_field", field: METADATA, set: { value, mask } };
        t.frozen.push(set);
        break;
      }
      case "resubmit": {
        const resubmit = action as ResubmitAction;
        t.frozen.push({ ...resubmit, table: resubmit.table ?? t.table } as ResubmitAction);
        break;
      }
      case "note":
      case "conjunction":
        break;
      default:
        t.frozen.push(action);
    }
  }
}

/** Ends a translation that freezes: the datapath recirculates, and what is left is found again by the id. */
export function finishFreezing(t: Translation): void {
  commit(t);
  recirculate(t, 0);
}

/** Sends the packet round with all that is known of it; translation goes on here as if nothing had been frozen. */
export function recirculate(t: Translation, table: number): number {
  const id = t.bridge.recirculations.remember({
    table,
    actions: t.frozen,
    stack: [...t.stack],
    actionSet: [...t.actionSet],
    isTracked: t.isTracked,
    flow: t.flow.slice(),
  });
  if (t.dpHash !== undefined) t.out.push({ type: "hash", ...t.dpHash });
  t.out.push({ type: "recirc", id });
  t.isFreezing = false;
  t.dpHash = undefined;
  t.frozen = [];
  return id;
}
