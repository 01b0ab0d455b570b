import { describe, expect, it } from "vitest";
import type { ClassicInstruction } from "../../src/bpf/classic/instruction.ts";
import { ACTION } from "../../src/hooks/seccomp/action.ts";
import { decide } from "../../src/hooks/seccomp/decide.ts";
import { InterpretedFilter } from "../../src/hooks/seccomp/filter.ts";
import { outcomeOf } from "../../src/hooks/seccomp/outcome.ts";
import { describeSeen, seenOf } from "../../src/hooks/seccomp/seen.ts";
import { openLibc } from "../../src/kernel/libc.ts";
import { KernelFilters } from "../../src/kernel/seccomp/kernel-filters.ts";
import { findArchitecture } from "../../src/seccomp/architecture/architecture.ts";
import { readFilter } from "../../src/testing/seccomp-filters.ts";

const libc = await openLibc();
const why =
  "missing" in libc ? libc.missing : process.arch === "x64" ? undefined : "only calls of x86_64 machines can be made";
const missing = why === undefined ? "" : ` (skipped: ${why})`;

const X86_64 = 0xc000_003e;
const I386 = 0x4000_0003;
const AARCH64 = 0xc000_00b7;
const [GETPID, KILL, EXIT_GROUP, SECCOMP] = [39, 62, 231, 317];
/** Around the ends of the tables, and past them. */
const NUMBERS = [...Array.from({ length: 480 }, (_, nr) => nr), 0x4000_0000 + 59, 0x7fff_ffff, -1];

const answering = (value: number): InterpretedFilter =>
  new InterpretedFilter([{ code: 0x06, jt: 0, jf: 0, k: value >>> 0 }]);
/** An answer to one number; the others pass. */
const answeringTo = (nr: number, value: number): InterpretedFilter => {
  const program: ClassicInstruction[] = [
    { code: 0x20, jt: 0, jf: 0, k: 0 },
    { code: 0x15, jt: 0, jf: 1, k: nr },
    { code: 0x06, jt: 0, jf: 0, k: value >>> 0 },
    { code: 0x06, jt: 0, jf: 0, k: ACTION.ALLOW },
  ];
  return new InterpretedFilter(program);
};

describe.skipIf(why !== undefined)(`filters that a kernel is asked about${missing}`, () => {
  const kernel = "missing" in libc ? undefined! : new KernelFilters(libc);

  it.each(Object.entries(ACTION))("are seen to answer %s", (_, action) => {
    for (const data of [0, 1, 0xffff]) {
      const filters = [answering((action | data) >>> 0)];
      const call = { nr: GETPID, arch: X86_64 };
      expect(kernel.decide(filters, call)).toEqual(seenOf(decide(call, filters)));
    }
  });

  it("do not let the call be made", () => {
    for (const [nr, args] of [
      [KILL, [BigInt(process.pid), 9n]],
      [EXIT_GROUP, [3n]],
    ] as const)
      expect(kernel.decide([answering(ACTION.ALLOW)], { nr, arch: X86_64, args })).toEqual({ kind: "passes" });
  });

  it.each(["policies/web-server.json", "policies/broker.yaml"])("of %s answer every number alike", (file) => {
    const target = { architecture: findArchitecture("x86_64")!, capabilities: new Set<string>() };
    const filters = [readFilter(file, target, { file }).filter];
    const different = [];
    for (const arch of [X86_64, I386])
      for (const nr of NUMBERS) {
        const call = { nr, arch, args: [2n, 1n, 0n] };
        if (kernel.whyNot(call) !== undefined) continue;
        const [have, want] = [describeSeen(seenOf(decide(call, filters))), describeSeen(kernel.decide(filters, call))];
        if (have !== want) different.push({ arch, nr, have, want });
      }
    expect(different).toEqual([]);
  });

  it("are refused where an older one keeps seccomp(2) from them", () => {
    const stack = (value: number) => [answeringTo(SECCOMP, value), answering(ACTION.ALLOW)];
    const call = { nr: GETPID, arch: X86_64 };
    expect(() => kernel.decide(stack(ACTION.ERRNO | 13), call)).toThrow(/filter 2 of a process, with errno 13/);
    expect(() => kernel.decide(stack(ACTION.KILL_PROCESS), call)).toThrow(/filter 2 of a process, as the older ones/);
  });

  it("are not asked about the calls of probes, whatever they would answer", () => {
    // Linux 6.18: uprobe ends with ENXIO where no probe is. A kernel of before has no such exception.
    const seen = kernel.decide([answering(ACTION.ERRNO | 77)], { nr: GETPID, arch: X86_64 });
    expect(seen).toEqual({ kind: "error", errno: 77 });
    for (const nr of [335, 336]) {
      expect(outcomeOf({ nr, arch: X86_64 }, [answering(ACTION.KILL_PROCESS)]).outcome.kind).toBe("run");
      expect(outcomeOf({ nr, arch: I386 }, [answering(ACTION.KILL_PROCESS)]).outcome.kind).toBe("killed");
      expect(kernel.whyNot({ nr, arch: X86_64 })).toMatch(/asks no filter/);
    }
  });

  it("are not asked about calls that this machine cannot make", () => {
    expect(kernel.whyNot({ nr: GETPID, arch: AARCH64 })).toMatch(/0xc00000b7/);
    expect(kernel.whyNot({ nr: GETPID, arch: X86_64 })).toBeUndefined();
  });
});
