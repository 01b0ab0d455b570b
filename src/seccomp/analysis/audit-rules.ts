import { describeAction } from "../../hooks/seccomp/action.ts";
import { multiplexed } from "../architecture/multiplexed.ts";
import { syscallNumber } from "../architecture/syscalls.ts";
import { type Clause, clausesOf } from "../compile/clauses.ts";
import { compileProfile } from "../compile/compile.ts";
import type { Profile, Rule } from "../profile/profile.ts";
import type { Finding } from "./finding.ts";
import { leaves } from "./symbolic.ts";

/** Rules that do nothing. */
export function auditRules(profile: Profile): Finding[] {
  return [...foreignCalls(profile), ...uselessRules(profile)];
}

/** Calls that none of the profile's architectures has. */
function foreignCalls({ rules, architectures, language }: Profile): Finding[] {
  // systemd's groups are for all architectures.
  if (language === "systemd") return [];
  const seen = new Set<string>();
  return rules.flatMap(({ call, place }) => {
    if (typeof call === "number" || seen.has(call)) return [];
    seen.add(call);
    if (architectures.some((each) => syscallNumber(call, each) !== undefined || multiplexed(call, each) !== undefined))
      return [];
    return {
      code: "call-of-no-architecture",
      severity: "note",
      message: `None of the profile's architectures (${architectures.map(({ name }) => name).join(", ")}) has the call '${call}'.`,
      ...(place === undefined ? {} : { place }),
    } satisfies Finding;
  });
}

/** Rules that never decide on any architecture, although one of them has the call. */
function uselessRules(profile: Profile): Finding[] {
  const useful = new Set<Rule>();
  const present = new Set<Rule>();
  for (const architecture of profile.architectures) {
    for (const rule of profile.rules)
      if (typeof rule.call === "number" || syscallNumber(rule.call, architecture) !== undefined) present.add(rule);
    for (const [, clauses] of clausesOf(profile, architecture))
      for (const [i, clause] of clauses.entries()) if (decides(clauses, i, profile)) useful.add(clause.rule);
  }
  return [...present].filter((rule) => !useful.has(rule)).map((rule) => useless(rule, profile));
}

/** True where some arguments get their answer from the clause: it can be reached, and leaving it out would change something. */
function decides(clauses: readonly Clause[], index: number, profile: Profile): boolean {
  if (clauses.length === 1 && clauses[0]!.conditions.length === 0) return clauses[0]!.action !== profile.defaultAction;
  // A marker no rule uses stands for the clause's answer.
  const marker = 0x7ffd_0000 + index;
  const marked = clauses.map(({ conditions, rule }, i) => ({
    ...rule,
    call: 0,
    conditions,
    action: i === index ? marker : clauses[i]!.action,
  }));
  const [first] = profile.architectures;
  const alone = { ...profile, architectures: [first!], rules: marked, order: "first" as const };
  for (const { returnValue } of leaves(compileProfile(alone))) if (returnValue === marker) return true;
  return false;
}

function useless(rule: Rule, { rules, order, defaultAction }: Profile): Finding {
  const place = rule.place === undefined ? {} : { place: rule.place };
  const others = rules.filter((other) => other !== rule && other.call === rule.call);
  const plain = others.find(({ conditions }) => conditions.length === 0);
  if (rule.action === defaultAction && others.length === 0)
    return {
      code: "redundant-rule",
      severity: "note",
      message: `The rule for '${rule.call}' says ${describeAction(rule.action)}, as the default does.`,
      ...place,
    };
  if (plain !== undefined && plain.action === rule.action)
    return {
      code: "redundant-rule",
      severity: "note",
      message: `The rule for '${rule.call}' says nothing that another one, without conditions, does not say.`,
      ...place,
    };
  const why =
    plain !== undefined && order === "libseccomp"
      ? `another one without conditions says ${describeAction(plain.action)}`
      : "rules before it decide all its calls, or its conditions never hold together";
  return {
    code: "unreachable-rule",
    severity: "trap",
    message: `The rule for '${rule.call}' with ${describeAction(rule.action)} never decides: ${why}.`,
    ...place,
  };
}
