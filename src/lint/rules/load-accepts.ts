import type { Rule } from "../rule.ts";

const LOADS: readonly number[] = [0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0xb1];
const SHOT = 2;

/** A load outside the packet ends a program with 0, which is TC_ACT_OK with direct action and at actions. */
export const loadAccepts: Rule = {
  name: "load-accepts",
  *check({ uses }) {
    for (const { hook, filter, loaded, returns, program, place } of uses) {
      const accepts = hook.place === "tc-action" || (hook.place === "tc-filter" && filter?.directAction === true);
      if (!accepts || loaded.form !== "classic" || !returns.includes(SHOT)) continue;
      if (loaded.instructions.some(({ code, k }) => LOADS.includes(code) && (k | 0) >= 0))
        yield {
          place,
          message: `'${program}' is to drop packets, but one that is too short for its loads ends it with 0, which is TC_ACT_OK here.`,
          hint: "Look at `len` before the loads, or take an extended program.",
        };
    }
  },
};
