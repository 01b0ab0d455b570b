import type { FlowField } from "../../flow/field.ts";
import type { PortNames } from "../ports.ts";
import type { Piece } from "../text/syntax-error.ts";
import type { Translation } from "../translate/translation.ts";

/** An action of a flow; each family has its own, told apart by `kind`. Never changed once parsed. */
export interface Action {
  readonly kind: string;
}

/** What reading actions needs to know. */
export interface ActionContext {
  readonly ports: PortNames;
  /** Reads a list of actions inside of another: what stands in clone(...), write_actions(...), ct(exec(...)). */
  actions(list: Piece, outer: OuterAction): readonly Action[];
}

/** Actions that hold lists of actions. */
export type OuterAction = "clone" | "write_actions" | "ct";

/** What an action is made from: what stands behind its name, and all of it. */
export interface ActionText {
  readonly name: Piece;
  readonly value: Piece;
  readonly whole: Piece;
}

/**
 * How a list of actions goes on after one of them. `stop`: not at all; `entered`: the action has done other lists, which
 * have kept for later what they could not do; `done`: frozen here, the action itself is not to be done again.
 */
export type Outcome = "stop" | "entered" | "done";

/** How an action is written, printed and translated. */
export interface ActionFamily<A extends Action> {
  readonly kind: A["kind"];
  /** Reads the action by each name that it can have in ovs-actions(7). */
  readonly names: Readonly<Record<string, (text: ActionText, context: ActionContext) => A>>;
  /** Writes it as ovs-ofctl does. */
  format(action: A): string;
  /** Does it to the flow in translation. `isLast`: nothing comes after it; `rest`: what follows in its list. Returns an Outcome where the list does not simply go on. */
  translate(action: A, translation: Translation, isLast: boolean, rest: readonly Action[]): unknown;
  /** Fields that have to be there for the action to mean something. */
  fields?(action: A): readonly FlowField[];
  /** Ports that it sends to. */
  ports?(action: A): readonly number[];
  /** It cannot be undone by what comes after it: clone(...) needs a clone in the datapath. */
  readonly isIrreversible?: true;
  /** Without freezing it can follow pop_mpls, whose packet's headers nobody has looked at (recirc_for_mpls). */
  needsNoLayer3?(action: A): boolean;
  /** Place among instructions (OpenFlow 1.5, section 5.5); those without are applied at once. */
  readonly instruction?: number;
}

/** Rank of actions that are applied at once among instructions. */
export const APPLY = 1;
