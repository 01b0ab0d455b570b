import type { Action } from "../action/action.ts";
import type { Bridge } from "../bridge/bridge.ts";
import type { FlowRule } from "../bridge/flow-table.ts";
import { wideUnsigned } from "../text/number.ts";
import { type Piece, pieceOf } from "../text/syntax-error.ts";
import { isGroup, isMeter, leadsTo } from "./selection.ts";

/** Groups go, and with them the flows that lead to them. */
export function deleteGroups(bridge: Bridge, text: Piece): void {
  for (const id of meant(text, "group_id", bridge.groups.keys()))
    if (bridge.deleteGroup(id)) removeFlows(bridge, (action) => isGroup(action, id));
}

/** Meters go, and with them the flows that use them (meter_delete). */
export function deleteMeters(bridge: Bridge, text: Piece): void {
  for (const id of meant(text, "meter", bridge.meters.keys()))
    if (bridge.deleteMeter(id)) removeFlows(bridge, (action) => isMeter(action, id));
}

/** The numbers that are meant: `group_id=5`, `5`, or all there are: `all`, and nothing. */
function meant(text: Piece, name: string, all: Iterable<number>): readonly number[] {
  const begin = text.text.startsWith(`${name}=`) ? name.length + 1 : 0;
  const value = pieceOf(text, begin);
  return value.text === "" || value.text === "all" ? [...all] : [Number(wideUnsigned(value, 32))];
}

function removeFlows(bridge: Bridge, uses: (action: Action) => boolean): void {
  for (const rule of chosen(bridge, ({ entry }) => leadsTo(entry.actions, uses))) bridge.removeFlow(rule);
}

/** The rules that are meant, found before any of them goes. */
export const chosen = (bridge: Bridge, isMeant: (rule: FlowRule) => boolean): FlowRule[] =>
  [...bridge.rules()].filter(isMeant);
