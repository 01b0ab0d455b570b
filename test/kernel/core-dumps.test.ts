import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { returnValue } from "../../src/hooks/seccomp/action.ts";
import { InterpretedFilter } from "../../src/hooks/seccomp/filter.ts";
import { type Outcome, outcomeOf } from "../../src/hooks/seccomp/outcome.ts";
import { strictOutcome } from "../../src/hooks/seccomp/strict.ts";
import { scratch } from "../scratch.ts";

const SCRIPT = fileURLToPath(new URL("core-dumps.py", import.meta.url));
const GETPPID = 110;

const missing = whyNot();

function whyNot(): string {
  if (process.platform !== "linux" || process.arch !== "x64") return " (skipped: not Linux on x86_64)";
  if (spawnSync("python3", ["-V"]).status !== 0) return " (skipped: python3 is not installed)";
  const pattern = readFileSync("/proc/sys/kernel/core_pattern", "utf8").trim();
  return pattern === "core" ? "" : ` (skipped: core files of this machine go to '${pattern}')`;
}

/** Signal that a process ended with, 0 where it lived, and whether it left a core file. */
function endOf(outcome: Outcome, dumpable: boolean): [number, boolean] {
  if (outcome.kind === "signal") return [outcome.signal, dumpable];
  if (outcome.kind !== "killed" || !outcome.whole) return [0, false];
  return [outcome.signal, outcome.coreDump && dumpable];
}

describe.skipIf(missing !== "")(`processes that filters end beside the running kernel${missing}`, () => {
  it("leave a core file where it does", () => {
    const values = [returnValue("KILL_PROCESS"), returnValue("KILL_THREAD"), returnValue("TRAP", 7), 0x1234_0000];
    const cases = [1, 2].flatMap((threads) =>
      [true, false].flatMap((dumpable) => [
        ...values.map((value) => ({ value, threads, dumpable, strict: false })),
        { value: returnValue("ALLOW"), threads, dumpable, strict: true },
      ]),
    );
    const { stdout, stderr } = spawnSync("python3", [SCRIPT], {
      input: JSON.stringify(cases),
      encoding: "utf8",
      cwd: scratch(),
      timeout: 20_000,
    });
    expect(stderr).toBe("");
    const told = JSON.parse(stdout) as [number, boolean][];
    const call = { nr: GETPPID, arch: 0xc000_003e };
    expect(cases.map((each, i) => [each, told[i]])).toEqual(
      cases.map((each) => {
        const { value, threads, dumpable, strict } = each;
        const filter = new InterpretedFilter([{ code: 0x06, jt: 0, jf: 0, k: value }]);
        const outcome = strict
          ? strictOutcome(call, new Set(), threads)
          : outcomeOf(call, [filter], {}, threads).outcome;
        return [each, endOf(outcome, dumpable)];
      }),
    );
  }, 30_000);
});
