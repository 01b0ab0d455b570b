import { audit } from "../../seccomp/analysis/audit.ts";
import { Undecidable } from "../../seccomp/analysis/symbolic.ts";
import type { Rule } from "../rule.ts";

/** What `netsim seccomp audit` finds in the profiles of a topology's processes, under its own names. */
export const seccompAudit: Rule = {
  name: "seccomp-undecided",
  *check({ policies }) {
    for (const { program, policy, place } of policies)
      try {
        for (const { code, message, hint, place: within } of audit(policy))
          yield {
            rule: code,
            place: within ?? place,
            message: within === undefined ? `'${program}': ${message}` : message,
            hint: hint ?? "`netsim seccomp check` shows what the filter answers to a call.",
          };
      } catch (error) {
        if (!(error instanceof Undecidable)) throw error;
        yield {
          place,
          message: `'${program}' cannot be followed for all calls at once: ${error.message}.`,
          hint: "Ask for single calls: `netsim seccomp check`.",
        };
      }
  },
};
