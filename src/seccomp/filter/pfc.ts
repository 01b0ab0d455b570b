import { describeAction } from "../../hooks/seccomp/action.ts";
import type { Architecture } from "../architecture/architecture.ts";
import { syscallName } from "../architecture/syscalls.ts";
import { clausesOf } from "../compile/clauses.ts";
import { ALL_BITS, type Condition, type Profile } from "../profile/profile.ts";

const SIGNS: Readonly<Record<Condition["operator"], string>> = {
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};

/** A profile in words: for every architecture each call with what is done, in the manner of libseccomp's pseudo filter code. */
export function pseudoCode(profile: Profile): string {
  const lines = [`# pseudo filter code of ${profile.file}`];
  for (const architecture of profile.architectures) lines.push(...architectureCode(profile, architecture));
  lines.push("# any other architecture", `action ${describeAction(profile.badArchitecture)};`);
  return `${lines.join("\n")}\n`;
}

function architectureCode(profile: Profile, architecture: Architecture): string[] {
  const lines = [
    `# filter for arch ${architecture.name} (${architecture.audit})`,
    `if ($arch == ${architecture.audit})`,
  ];
  const found = [...clausesOf(profile, architecture)].sort(([a], [b]) => a - b);
  for (const [nr, clauses] of found) {
    lines.push(`  # ${syscallName(nr, architecture) ?? "a call without a name"} (${nr})`, `  if ($syscall == ${nr})`);
    for (const { action, conditions } of clauses) {
      if (conditions.length > 0) lines.push(`    if (${conditions.map(conditionText).join(" && ")})`);
      lines.push(`${conditions.length > 0 ? "      " : "    "}action ${describeAction(action)};`);
    }
  }
  lines.push("  # default action", `  action ${describeAction(profile.defaultAction)};`);
  return lines;
}

/** A condition as one reads it: `$a0 == 3`, `($a1 & 0xff) == 0x10`. */
export function conditionText({ argument, operator, value, mask }: Condition): string {
  const left = mask === ALL_BITS ? `$a${argument}` : `($a${argument} & 0x${mask.toString(16)})`;
  return `${left} ${SIGNS[operator]} ${value < 10n ? value : `0x${value.toString(16)}`}`;
}
