import { TC_ACT } from "../../hooks/tc/verdict.ts";
import type { Rule } from "../rule.ts";

/** TC_ACT_OK, and at tcx PASS, ends the list: what stands behind never sees the packet. */
export const okEndsFilters: Rule = {
  name: "ok-ends-filters",
  *check({ uses }) {
    for (const { hook, filter, hasNext, returns, program, place } of uses) {
      const isVerdict = hook.place.startsWith("tcx-") || (hook.place === "tc-filter" && filter?.directAction === true);
      if (isVerdict && hasNext && returns.includes(TC_ACT.OK))
        yield {
          place,
          message: `'${program}' returns TC_ACT_OK, so that the filters behind it never see those packets.`,
          hint: "To leave the decision to them return TC_ACT_UNSPEC (-1).",
        };
    }
  },
};
