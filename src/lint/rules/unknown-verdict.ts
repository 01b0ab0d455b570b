import type { Rule } from "../rule.ts";

/** Answers with a meaning: TC_ACT of direct action, of actions, of tcx, and XDP's. */
const KNOWN: Readonly<Record<string, readonly number[]>> = {
  "tc-filter": [-1, 0, 2, 4, 7, 8],
  "tc-action": [-1, 0, 1, 2, 3, 7],
  "tcx-ingress": [-1, 0, 2, 7],
  "tcx-egress": [-1, 0, 2, 7],
};

/** A verdict that the place has no meaning for is taken as another one. */
export const unknownVerdict: Rule = {
  name: "unknown-verdict",
  *check({ uses }) {
    for (const { hook, filter, returns, program, place } of uses) {
      const known = KNOWN[hook.place];
      if (known === undefined || (hook.place === "tc-filter" && !filter?.directAction)) continue;
      for (const value of returns.filter((one) => !known.includes(one)))
        yield {
          place,
          message: `'${program}' returns ${value}, which has no meaning at ${hook.name}: the packet goes on to the next filter.`,
          hint: `There are ${known.join(", ")}.`,
        };
    }
  },
};
