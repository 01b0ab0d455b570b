import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { type Action, APPLY, type OuterAction } from "./action.ts";
import type { ModifyAction } from "./modify.ts";
import type { MoveAction, SetFieldAction } from "./set-field.ts";

/** An action with its text, and its place among instructions. */
export interface PlacedAction {
  readonly action: Action;
  readonly whole: Piece;
  readonly instruction: number;
}

/** Names of instructions as Open vSwitch calls them where they are wrong. */
const INSTRUCTIONS = ["meter", "apply_actions", "clear_actions", "write_actions", "write_metadata", "goto_table"];
const METER = 0;

/**
 * Refuses lists of actions that OpenFlow has no place for, in the words of Open vSwitch (ofpacts_verify of lib/ofp-actions.c).
 * @param isFlow it is a flow's own list; others hold no instructions.
 * @param outer the action that the list stands in.
 */
export function verifyActions(list: readonly PlacedAction[], isFlow: boolean, outer: OuterAction | undefined): void {
  let rank: number | undefined;
  for (const { action, whole, instruction } of list) {
    if (action.kind === "conjunction") {
      verifyConjunctions(list);
      return;
    }
    verifyNested(action, whole, outer);
    if (rank !== undefined && (rank === APPLY ? instruction < rank : instruction <= rank))
      throw new FlowSyntaxError(
        instruction === rank
          ? `duplicate ${INSTRUCTIONS[rank]} instruction not allowed, for OpenFlow 1.1+ compatibility`
          : `invalid instruction ordering: ${INSTRUCTIONS[instruction]} must appear before ${INSTRUCTIONS[rank]}, for OpenFlow 1.1+ compatibility`,
        whole,
      );
    if (!isFlow && instruction !== APPLY && instruction !== METER)
      throw new FlowSyntaxError(`${INSTRUCTIONS[instruction]} instruction not allowed here`, whole);
    rank = instruction;
  }
}

function verifyConjunctions(list: readonly PlacedAction[]): void {
  const other = list.find(({ action }) => action.kind !== "conjunction" && action.kind !== "note");
  if (other !== undefined)
    throw new FlowSyntaxError(
      `"conjunction" actions may be used along with "note" but not any other kind of action (such as the "${nameOf(other.action)}" action used here)`,
      other.whole,
    );
}

function verifyNested(action: Action, whole: Piece, outer: OuterAction | undefined): void {
  const field = fieldOf(action);
  const isTracked = field === "ct_mark" || field === "ct_label";
  if (isTracked && outer !== "ct") throw new FlowSyntaxError("cannot set CT fields outside of ct action", whole);
  if (outer === "ct" && field !== undefined && !isTracked)
    throw new FlowSyntaxError(
      `ct action doesn't support nested modification of ${field}`,
      whole,
      "ct_mark and ct_label are written there.",
    );
  if ((outer === "ct" && field === undefined) || (outer !== undefined && action.kind === "meter"))
    throw new FlowSyntaxError(`${outer} action doesn't support nested action ${nameOf(action)}`, whole);
}

/** The field that an action writes, of those that say which. */
function fieldOf(action: Action): string | undefined {
  if (action.kind === "set_field") return (action as SetFieldAction).field.name;
  return action.kind === "move" ? (action as MoveAction).destination.field.name : undefined;
}

const NAMES: Readonly<Record<string, string>> = {
  mod_vlan_vid: "set_vlan_vid",
  mod_vlan_pcp: "set_vlan_pcp",
  set_tunnel64: "set_tunnel",
};

function nameOf(action: Action): string {
  if (action.kind !== "mod") return action.kind;
  const { name } = action as ModifyAction;
  return NAMES[name] ?? name;
}
