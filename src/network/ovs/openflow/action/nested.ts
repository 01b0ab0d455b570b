import { writeActions } from "../translate/action-set.ts";
import { clone } from "../translate/nested.ts";
import type { Action, ActionFamily } from "./action.ts";

/** Actions inside of an action: clone(...) does them to a copy, write_actions(...) keeps them for the pipeline's end. */
export interface NestedAction extends Action {
  readonly kind: "clone" | "write_actions";
  readonly actions: readonly Action[];
}

/** The two, given how lists of actions are printed. */
export function nestedFamilies(format: (actions: readonly Action[]) => string) {
  const cloneFamily: ActionFamily<NestedAction> = {
    kind: "clone",
    names: { clone: ({ value }, context) => ({ kind: "clone", actions: context.actions(value, "clone") }) },
    format: ({ actions }) => `clone(${format(actions)})`,
    translate: ({ actions }, translation, isLast) => clone(translation, actions, isLast),
  };
  const writeActionsFamily: ActionFamily<NestedAction> = {
    kind: "write_actions",
    names: {
      write_actions: ({ value }, context) => ({
        kind: "write_actions",
        actions: context.actions(value, "write_actions"),
      }),
    },
    format: ({ actions }) => `write_actions(${format(actions)})`,
    translate: ({ actions }, translation) => writeActions(translation, actions),
    instruction: 3,
  };
  return [cloneFamily, writeActionsFamily] as const;
}
