import { EXIT, type ExitCode } from "../../errors.ts";
import { describeAction } from "../../hooks/seccomp/action.ts";
import { type Difference, differences } from "../../seccomp/analysis/diff.ts";
import type { Terminal } from "../command.ts";
import { decided } from "./decided.ts";
import type { DiffFlags } from "./diff.ts";
import { readPolicy } from "./policy-file.ts";

/** Compares two profiles or filters for all calls that there can be. */
export async function diffPolicies(
  first: string,
  second: string,
  flags: DiffFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const [left, right] = [first, second].map((file) => readPolicy(file, flags, "linear", terminal));
  const found = decided(`${first}' or '${second}`, () => [...differences(left!.program, right!.program)]);
  const ordered = found.toSorted((a, b) => a.witness.arch - b.witness.arch || a.witness.nr - b.witness.nr);
  if (flags.json) for (const difference of ordered) terminal.out(`${JSON.stringify(record(difference))}\n`);
  else terminal.out(text(ordered));
  return found.length === 0 ? EXIT.ok : EXIT.expectationFailed;
}

function record({ architecture, call, when, first, second, witness }: Difference): object {
  return {
    arch: architecture ?? null,
    call: call ?? null,
    when: when === "" ? null : when,
    first: describeAction(first),
    second: describeAction(second),
    witness: {
      nr: witness.nr,
      arch: `0x${witness.arch.toString(16)}`,
      args: witness.args.map((value) => `0x${value.toString(16)}`),
    },
  };
}

/** A line a difference, calls without arguments that matter joined where the same becomes of them. */
function text(found: readonly Difference[]): string {
  const lines = new Map<string, string[]>();
  for (const difference of found) {
    const { architecture, call, when, first, second, witness } = difference;
    const change = `${architecture ?? "any other architecture"}: ${describeAction(first)} -> ${describeAction(second)}`;
    const name = call ?? `numbers without a call (as ${witness.nr})`;
    const witnessed = `${call ?? witness.nr}(${witness.args.map((value) => `0x${value.toString(16)}`).join(", ")})`;
    const entries = lines.get(change) ?? [];
    entries.push(when === "" ? name : `${name} if ${when}\n    as ${witnessed}`);
    lines.set(change, entries);
  }
  return [...lines]
    .map(([change, entries]) => `${change}\n${entries.map((entry) => `  ${entry}\n`).join("")}`)
    .join("");
}
