import type { Action } from "../action/action.ts";
import type { NestedAction } from "../action/nested.ts";
import type { GroupAction, MeterAction } from "../action/tables.ts";
import type { Bridge } from "../bridge/bridge.ts";
import { FlowSyntaxError } from "../text/syntax-error.ts";

/** Refuses a flow whose groups or meters the bridge does not have, as Open vSwitch does when it is added. `line`: the flow. */
export function checkReferences(actions: readonly Action[], bridge: Bridge, line: string): void {
  const { groups, meters } = bridge;
  for (const action of actions) {
    if (action.kind === "group" && !groups.has((action as GroupAction).group))
      throw missing("group", (action as GroupAction).group, "OFPBAC_BAD_OUT_GROUP", [...groups.keys()], line);
    if (action.kind === "meter" && !meters.has((action as MeterAction).meter))
      throw missing("meter", (action as MeterAction).meter, "OFPMMFC_INVALID_METER", [...meters.keys()], line);
    if (action.kind === "clone" || action.kind === "write_actions")
      checkReferences((action as NestedAction).actions, bridge, line);
  }
}

function missing(what: string, id: number, error: string, known: readonly number[], line: string): FlowSyntaxError {
  const found = new RegExp(`\\b${what}[:=(]\\s*\\w+`).exec(line);
  const place = found === null ? { text: line, at: 0 } : { text: found[0], at: found.index };
  const hint = known.length === 0 ? `There are no ${what}s.` : `There are: ${known.join(", ")}.`;
  return new FlowSyntaxError(`there is no ${what} ${id} (${error})`, place, hint);
}
