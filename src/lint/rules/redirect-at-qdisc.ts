import { TC_ACT } from "../../hooks/tc/verdict.ts";
import type { Rule } from "../rule.ts";

/** Filters of a qdisc that is no clsact cannot redirect. */
export const redirectAtQdisc: Rule = {
  name: "redirect-at-qdisc",
  *check({ uses }) {
    for (const { qdisc, hook, filter, returns, program, place } of uses) {
      const isVerdict = hook.place === "tc-action" || filter?.directAction === true;
      if (qdisc !== undefined && isVerdict && returns.includes(TC_ACT.REDIRECT))
        yield {
          place,
          message: `'${program}' returns TC_ACT_REDIRECT at a filter of ${qdisc.kind}, where it drops the packet.`,
          hint: "Redirect from the `egress` filters or from tcx.",
        };
    }
  },
};
