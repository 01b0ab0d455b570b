import type { Rule } from "../rule.ts";

const SHOT = 2;

/** A load outside the packet ends a program with 0, which is TC_ACT_OK with direct action, at actions and at tcx. */
export const loadAccepts: Rule = {
  name: "load-accepts",
  *check({ uses }) {
    for (const { hook, filter, endsOutside, returns, program, place } of uses) {
      const isVerdict = hook.place === "tc-action" || hook.place.startsWith("tcx-") || filter?.directAction === true;
      if (isVerdict && endsOutside && returns.includes(SHOT))
        yield {
          place,
          message: `'${program}' is to drop packets, but one that is too short for its loads ends it with 0, which is TC_ACT_OK here.`,
          hint: "Look at the length before the loads, or read with bpf_skb_load_bytes.",
        };
    }
  },
};
