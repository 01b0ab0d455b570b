import { isStricter } from "../../hooks/seccomp/action.ts";
import type { Architecture } from "../architecture/architecture.ts";
import { multiplexed } from "../architecture/multiplexed.ts";
import { syscallNumber } from "../architecture/syscalls.ts";
import { ALL_BITS, type Condition, type Profile, type Rule } from "../profile/profile.ts";

/** One thing that a filter does with a call's number: the first clause whose conditions hold decides. */
export interface Clause {
  readonly action: number;
  readonly conditions: readonly Condition[];
  readonly rule: Rule;
}

/** What a profile says of every number of an architecture that it has rules for, the clauses in the order in which they are asked. */
export function clausesOf(profile: Profile, architecture: Architecture): Map<number, readonly Clause[]> {
  const found = new Map<number, Clause[]>();
  const add = (nr: number, clause: Clause) => {
    const clauses = found.get(nr >>> 0);
    if (clauses === undefined) found.set(nr >>> 0, [clause]);
    else clauses.push(clause);
  };
  for (const rule of profile.rules) {
    if (rule.only !== undefined && !rule.only.includes(architecture)) continue;
    const { call, action, conditions } = rule;
    const nr = typeof call === "number" ? call : syscallNumber(call, architecture);
    if (nr !== undefined) add(nr, { action, conditions, rule });
    const through =
      typeof call === "string" && profile.order === "libseccomp" ? multiplexed(call, architecture) : undefined;
    if (through === undefined) continue;
    // What the call's arguments are stands in memory, where no filter sees it: a rule with conditions may not let them all through.
    if (conditions.length > 0 && !isStricter(action, profile.defaultAction)) continue;
    const selector: Condition = { argument: 0, operator: "eq", value: BigInt(through.selector), mask: ALL_BITS };
    add(through.nr, { action, conditions: [selector], rule });
  }
  if (profile.order === "first") return found;
  return new Map([...found].map(([nr, clauses]) => [nr, asLibseccomp(clauses)]));
}

/** A rule without conditions is all there is; else the strictest of those that hold. */
function asLibseccomp(clauses: readonly Clause[]): readonly Clause[] {
  const plain = clauses.find(({ conditions }) => conditions.length === 0);
  if (plain !== undefined) return [plain];
  return clauses.toSorted((a, b) => (isStricter(a.action, b.action) ? -1 : isStricter(b.action, a.action) ? 1 : 0));
}
