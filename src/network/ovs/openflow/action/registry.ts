import { suggestion } from "../../../../packet/describe/did-you-mean.ts";
import { whyAbsent } from "../field/absent.ts";
import { OFPP, type PortNames, portNumber } from "../ports.ts";
import { splitKeyValues } from "../text/key-values.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { type Action, type ActionContext, type ActionFamily, APPLY, type OuterAction } from "./action.ts";
import { BUNDLE_FAMILY, MULTIPATH_FAMILY } from "./choice.ts";
import { ctFamily } from "./conntrack.ts";
import { CONTROLLER, CONTROLLER_ACTION } from "./controller.ts";
import { DEC_NSH_TTL, DECAP, ENCAP } from "./encap.ts";
import { LEARN } from "./learn.ts";
import { MODIFY } from "./modify.ts";
import { nestedFamilies } from "./nested.ts";
import { OUTPUT, OUTPUT_REG, OUTPUT_TRUNC, outputTo } from "./ports.ts";
import { ENQUEUE, SET_QUEUE } from "./queues.ts";
import { MOVE, POP, PUSH, SET_FIELD } from "./set-field.ts";
import { BPF, CHECK_PKT_LARGER, FIN_TIMEOUT, NOTE, SAMPLE } from "./sundry.ts";
import { CONJUNCTION, GOTO_TABLE, GROUP, METER, RESUBMIT, WRITE_METADATA } from "./tables.ts";
import {
  CLEAR_ACTIONS,
  CT_CLEAR,
  DEC_MPLS_TTL,
  DEC_TTL,
  EXIT,
  POP_MPLS,
  POP_QUEUE,
  POP_VLAN,
  PUSH_MPLS,
  PUSH_VLAN,
  STRIP_VLAN,
} from "./tags.ts";
import { type PlacedAction, verifyActions } from "./verify.ts";

/** Every action of a flow (ovs-actions(7), delete_field apart; netsim's own bpf). */
const FAMILIES = [
  OUTPUT,
  OUTPUT_REG,
  OUTPUT_TRUNC,
  ENQUEUE,
  CONTROLLER,
  BUNDLE_FAMILY,
  GROUP,
  SET_FIELD,
  MOVE,
  PUSH,
  POP,
  MODIFY,
  STRIP_VLAN,
  POP_VLAN,
  PUSH_VLAN,
  PUSH_MPLS,
  POP_MPLS,
  DEC_MPLS_TTL,
  DEC_TTL,
  ENCAP,
  DECAP,
  DEC_NSH_TTL,
  SET_QUEUE,
  POP_QUEUE,
  CHECK_PKT_LARGER,
  ctFamily(formatActions),
  CT_CLEAR,
  RESUBMIT,
  LEARN,
  CONJUNCTION,
  MULTIPATH_FAMILY,
  FIN_TIMEOUT,
  ...nestedFamilies(formatActions),
  EXIT,
  SAMPLE,
  NOTE,
  METER,
  CLEAR_ACTIONS,
  WRITE_METADATA,
  GOTO_TABLE,
  BPF,
] as unknown as readonly ActionFamily<Action>[];

const BY_KIND = new Map(FAMILIES.map((family) => [family.kind, family]));
const BY_NAME = new Map(FAMILIES.flatMap(({ names }) => Object.entries(names)));

/** The family of an action. */
export function familyOf({ kind }: Action): ActionFamily<Action> {
  return BY_KIND.get(kind)!;
}

/** MAX_OFPACT_PARSE_DEPTH of lib/ofp-actions.c. */
const DEEPEST = 100;

/** Where a list of actions stands. */
export interface ListPlace {
  /** It is a flow's own, which may hold instructions. */
  readonly isFlow: boolean;
  readonly outer?: OuterAction;
  readonly depth?: number;
}

/** Reads a list of actions; none, or `drop`, is the empty list. */
export function parseActions(list: Piece, ports: PortNames, place: ListPlace): readonly Action[] {
  const { isFlow, outer, depth = 0 } = place;
  if (depth >= DEEPEST) throw new FlowSyntaxError("Action nested too deeply", list);
  const context: ActionContext = {
    ports,
    actions: (nested, around) => parseActions(nested, ports, { isFlow: false, outer: around, depth: depth + 1 }),
  };
  const actions: PlacedAction[] = [];
  const items = splitKeyValues(list);
  for (const { key, value, whole } of items) {
    if (isDrop(key)) {
      if (items.some((other) => !isDrop(other.key)))
        throw new FlowSyntaxError('"drop" must not be accompanied by any other action or instruction', whole);
      continue;
    }
    // Ports in upper case are actions as well.
    const parse = BY_NAME.get(key.text) ?? BY_NAME.get(key.text.toLowerCase());
    const action = parse === undefined ? bareOutput(key, ports) : parse({ name: key, value, whole }, context);
    actions.push({ action, whole, instruction: familyOf(action).instruction ?? APPLY });
  }
  verifyActions(actions, isFlow, outer);
  return actions.map(({ action }) => action);
}

const isDrop = ({ text }: Piece) => text.toLowerCase() === "drop";

function bareOutput(key: Piece, ports: PortNames): Action {
  const port = portNumber(key.text, ports);
  // Its number alone sends nothing of the packet, unlike its name.
  if (port === OFPP.CONTROLLER) return { ...CONTROLLER_ACTION, maxLength: 0 } as Action;
  if (port !== undefined) return outputTo(key, ports);
  const why = whyAbsent(key.text);
  if (why !== undefined) throw new FlowSyntaxError(`the action ${key.text} is not there`, key, why);
  const hint = suggestion(key.text, [...BY_NAME.keys(), "drop", ...ports.keys()]);
  throw new FlowSyntaxError(`unknown action ${key.text}`, key, hint ?? "An action of ovs-actions(7) is expected.");
}

/** Prints a list of actions as `ovs-ofctl dump-flows` does. */
export function formatActions(actions: readonly Action[]): string {
  if (actions.length === 0) return "drop";
  return actions.map((action) => familyOf(action).format(action)).join(",");
}
