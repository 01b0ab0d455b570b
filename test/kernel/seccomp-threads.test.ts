import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ACTION } from "../../src/hooks/seccomp/action.ts";
import { decide } from "../../src/hooks/seccomp/decide.ts";
import { FILTER_FLAG, SeccompThread } from "../../src/hooks/seccomp/thread.ts";

const SCRIPT = fileURLToPath(new URL("seccomp-threads.py", import.meta.url));
const CALLS = [110, 102, 104, 107, 108, 111];
const { TSYNC, NEW_LISTENER, TSYNC_ESRCH, LOG } = FILTER_FLAG;
const ERRNO = 77;

/** What a thread does. Threads are numbered as they appear. */
type Step =
  | { readonly by: number; readonly do: "spawn" }
  | { readonly by: number; readonly do: "nnp" }
  | { readonly by: number; readonly do: "filter"; readonly flags: number; readonly call: number };

interface Told {
  readonly told: readonly (number | string)[];
  /** Mode, no_new_privs, and the calls that are refused. */
  readonly threads: readonly (readonly [number, number, readonly number[]])[];
}

const missing = whyNot();

function whyNot(): string {
  if (process.platform !== "linux" || process.arch !== "x64") return " (skipped: not Linux on x86_64)";
  if (process.getuid?.() !== 0) return " (skipped: threads without no_new_privs need root)";
  if (!readFileSync("/proc/self/status", "utf8").includes("Seccomp:")) return " (skipped: the kernel has no seccomp)";
  if (spawnSync("python3", ["-V"]).status !== 0) return " (skipped: python3 is not installed)";
  return "";
}

function simulated(steps: readonly Step[]): Told {
  const threads = [new SeccompThread(0, true)];
  const told: (number | string)[] = [];
  for (const step of steps) {
    const thread = threads[step.by]!;
    if (step.do === "spawn") threads.push(thread.fork(threads.length));
    else if (step.do === "nnp") thread.noNewPrivileges = true;
    else {
      const program = [
        { code: 0x20, jt: 0, jf: 0, k: 0 },
        { code: 0x15, jt: 0, jf: 1, k: step.call },
        { code: 0x06, jt: 0, jf: 0, k: ACTION.ERRNO | ERRNO },
        { code: 0x06, jt: 0, jf: 0, k: ACTION.ALLOW },
      ];
      const result = thread.install(program, step.flags, { threads });
      told.push(result.ok ? 0 : "errno" in result ? -result.errno : `thread ${result.thread}`);
    }
  }
  return {
    told,
    threads: threads.map((thread) => [
      { off: 0, strict: 1, filter: 2 }[thread.mode],
      Number(thread.noNewPrivileges),
      CALLS.filter((nr) => decide({ nr, arch: 0xc000_003e }, thread.filters).action === "ERRNO"),
    ]),
  };
}

const filter = (by: number, call: number, flags = 0): Step => ({ by, do: "filter", flags, call: CALLS[call]! });
const spawn = (by: number): Step => ({ by, do: "spawn" });
const nnp = (by: number): Step => ({ by, do: "nnp" });

describe.skipIf(missing !== "")(`seccomp filters of threads beside the running kernel${missing}`, () => {
  const ask = (scenarios: readonly (readonly Step[])[]): Told[] => {
    const { stdout, stderr } = spawnSync("python3", [SCRIPT], {
      input: JSON.stringify(scenarios),
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(stderr).toBe("");
    return JSON.parse(stdout) as Told[];
  };

  it("are synchronised, or not, for the same reasons", () => {
    const cases: Readonly<Record<string, readonly Step[]>> = {
      "all follow": [spawn(0), spawn(0), filter(0, 0, TSYNC)],
      "those who have what the caller has": [filter(0, 0), spawn(0), filter(0, 1, TSYNC)],
      "and those who have nothing": [spawn(0), filter(0, 0), filter(0, 1, TSYNC)],
      "a thread with a filter of its own cannot": [spawn(0), filter(1, 0), filter(0, 1, TSYNC)],
      "the first of several": [spawn(0), spawn(0), filter(2, 0), filter(1, 1), filter(0, 2, TSYNC)],
      "whoever has more than the caller": [filter(0, 0), spawn(0), filter(1, 1), filter(0, 2, TSYNC)],
      "which is no error number with ESRCH": [spawn(0), filter(1, 0), filter(0, 1, TSYNC | TSYNC_ESRCH)],
      "a listener goes with TSYNC only so": [
        spawn(0),
        filter(0, 0, TSYNC | NEW_LISTENER),
        filter(0, 1, TSYNC | NEW_LISTENER | TSYNC_ESRCH),
      ],
      "a second listener": [spawn(0), filter(0, 0, NEW_LISTENER), filter(0, 1, TSYNC | NEW_LISTENER | TSYNC_ESRCH)],
      "no_new_privs goes along": [spawn(0), nnp(0), filter(0, 0, TSYNC)],
      "but is not taken away, nor comes from others": [spawn(0), nnp(1), filter(0, 0, TSYNC)],
      "not where nothing was installed": [spawn(0), nnp(0), filter(1, 0), filter(0, 1, TSYNC)],
      "a second thread for the first": [spawn(0), filter(1, 0, TSYNC | LOG), spawn(0)],
      "without TSYNC each for itself": [spawn(0), filter(0, 0), filter(1, 1), spawn(1)],
    };
    const names = Object.keys(cases);
    const told = ask(Object.values(cases));
    expect(Object.fromEntries(names.map((name, i) => [name, told[i]]))).toEqual(
      Object.fromEntries(names.map((name) => [name, simulated(cases[name]!)])),
    );
  });

  it("come to the same after random steps", () => {
    const drawn = fc.record({
      by: fc.nat(9),
      kind: fc.constantFrom("spawn", "nnp", "filter", "filter", "filter"),
      flags: fc.oneof(fc.constantFrom(0, TSYNC, TSYNC | TSYNC_ESRCH), fc.nat(63)),
      call: fc.nat(CALLS.length - 1),
    });
    const scenarios = fc
      .sample(fc.array(drawn, { minLength: 3, maxLength: 9 }), { numRuns: 60, seed: 5 })
      .map((list) => {
        let threads = 1;
        return list.map(({ by, kind, flags, call }): Step => {
          const thread = by % threads;
          if (kind === "filter") return filter(thread, call, flags);
          if (kind === "spawn") threads++;
          return kind === "spawn" ? spawn(thread) : nnp(thread);
        });
      });
    const told = ask(scenarios);
    for (const [i, steps] of scenarios.entries()) expect([steps, told[i]]).toEqual([steps, simulated(steps)]);
    const all = told.flatMap((each) => each.told);
    expect(all).toContain(-3);
    expect(all.some((each) => typeof each === "string")).toBe(true);
  });
});
