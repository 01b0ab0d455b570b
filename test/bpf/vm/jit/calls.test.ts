import { describe, expect, it } from "vitest";
import type { HostFunction } from "../../../../src/bpf/vm/host-function.ts";
import { HostPointer } from "../../../../src/bpf/vm/host-pointer.ts";
import { ProgramArray } from "../../../../src/bpf/vm/program-array.ts";
import { ProgramFault } from "../../../../src/bpf/vm/program-fault.ts";
import { UnloadableProgram } from "../../../../src/bpf/vm/unloadable-program.ts";
import { Bench, hex, MODES } from "./jit-programs.ts";

/* Arguments and results of host functions, by their kinds. */
const HOSTS: readonly { name: string; host: Omit<HostFunction, "name">; have: string; want: bigint }[] = [
  {
    name: "i32 arguments are the low halves, signed",
    host: { parameters: ["i32", "i32"], result: "i64", call: (a: number, b: number) => BigInt(a) * 1000n + BigInt(b) },
    have: "r1 = 0x12345678fffffffe ll\nr2 = -7\ncall 200\nexit",
    want: -2007n,
  },
  {
    name: "i64 arguments are whole and signed",
    host: { parameters: ["i64"], result: "i64", call: (a: bigint) => a - 1n },
    have: "r1 = 0x8000000000000001 ll\ncall 200\nexit",
    want: -(1n << 63n),
  },
  {
    name: "a signed result is sign-extended",
    host: { parameters: [], result: "signed", call: () => -22 },
    have: "call 200\nexit",
    want: -22n,
  },
  {
    name: "an unsigned result is zero-extended",
    host: { parameters: [], result: "unsigned", call: () => 0xdeadbeef },
    have: "call 200\nexit",
    want: 0xdeadbeefn,
  },
  {
    name: "no result makes R0 zero",
    host: { parameters: ["i32"], result: "none", call: () => {} },
    have: "r0 = 5\nr1 = 0\ncall 200\nexit",
    want: 0n,
  },
  {
    name: "five arguments of mixed kinds",
    host: {
      parameters: ["i32", "i64", "i32", "i64", "i32"],
      result: "i64",
      call: (a: number, b: bigint, c: number, d: bigint, e: number) =>
        BigInt(a) + b * 10n + BigInt(c) * 100n + d * 1000n + BigInt(e) * 10000n,
    },
    have: "r1 = 1\nr2 = 2\nr3 = 3\nr4 = 4\nr5 = 5\ncall 200\nexit",
    want: 54321n,
  },
  {
    name: "R6 to R9 survive a call",
    host: { parameters: [], result: "signed", call: () => 1 },
    have: "r6 = 10\nr9 = 20\ncall 200\nr0 += r6\nr0 += r9\nexit",
    want: 31n,
  },
];

describe.each(MODES)("calls of host functions, $mode", ({ checked }) => {
  it.each(HOSTS)("$name", ({ host, have, want }) => {
    const bench = new Bench();
    bench.helpers.set(200, { name: "bpf_test", ...host });
    expect(hex(bench.run(have, checked))).toBe(hex(want));
  });

  it("reach kernel functions by BTF id", () => {
    const bench = new Bench();
    bench.kernelFunctions.set(4711, {
      name: "bpf_kfunc",
      parameters: ["i32"],
      result: "signed",
      call: (a: number) => a + 1,
    });
    expect(bench.run("r1 = 41\ncall kernel-function#4711\nexit", checked)).toBe(42n);
  });

  it("see what the function wrote, also where the memory has grown meanwhile", () => {
    const bench = new Bench();
    bench.helpers.set(200, {
      name: "bpf_test",
      parameters: ["i32"],
      result: "none",
      call: (address: number) => {
        bench.memory.allocate(64 << 20);
        bench.memory.setUint32(address, 1234);
      },
    });
    expect(bench.run("r6 = r1\ncall 200\nr0 = *(u32 *)(r6 + 0)\nexit", checked)).toBe(1234n);
  });
});

const LOCALS: readonly { name: string; have: string; want: bigint }[] = [
  {
    name: "each function has its own R6 to R9 and its own stack",
    have: `
      r6 = 5
      *(u64 *)(r10 - 8) = 7
      r1 = 100
      call f
      r0 += r6
      r1 = *(u64 *)(r10 - 8)
      r0 += r1
      exit
    f:
      r6 = r1
      *(u64 *)(r10 - 8) = 1
      r0 = r6
      exit`,
    want: 112n,
  },
  {
    name: "a function gets a pointer to its caller's stack",
    have: `
      r1 = r10
      r1 += -16
      r2 = 3
      call f
      r0 = *(u64 *)(r10 - 16)
      exit
    f:
      r2 *= 7
      *(u64 *)(r1 + 0) = r2
      r0 = 0
      exit`,
    want: 21n,
  },
  {
    name: "arguments that only the callee's callee uses are handed on",
    have: `
      r1 = 1
      r2 = 2
      r3 = 3
      r4 = 4
      r5 = 5
      call f
      exit
    f:
      call g
      exit
    g:
      r0 = r5
      r0 *= 10
      r0 += r4
      exit`,
    want: 54n,
  },
  {
    name: "eight functions may be active",
    have: `
      r1 = 1
      call f
      exit
    f:
      r0 = r1
      if r1 == 7 goto done
      r1 += 1
      call f
    done: r0 += 100
      exit`,
    want: 707n,
  },
  {
    name: "a function is called through a pointer",
    have: `
      r6 = subprog[f]
      r1 = 20
      r2 = 1
      callx r6
      exit
    f:
      r0 = r1
      r0 += r2
      exit`,
    want: 21n,
  },
  {
    name: "the main function is called by its own function",
    have: `
      r0 = 1
      if r1 == 9 goto out
      r1 = 9
      call -4
      r0 += 10
    out: exit`,
    want: 11n,
  },
];

describe.each(MODES)("local calls, $mode", ({ checked }) => {
  it.each(LOCALS)("$name", ({ have, want }) => {
    expect(hex(new Bench().run(have, checked))).toBe(hex(want));
  });
});

describe.each(MODES)("callbacks, $mode", ({ checked }) => {
  /** bpf_loop without its flags. */
  const withLoop = () => {
    const bench = new Bench();
    bench.helpers.set(181, {
      name: "bpf_loop",
      parameters: ["i32", "i32", "i64"],
      result: "signed",
      reenters: true,
      call: (count: number, callback: number, context: bigint) => {
        const target = bench.machine.functions.at(callback)!;
        for (let i = 0; i < count; i++) if (target.call(BigInt(i), context, 0n, 0n, 0n) !== 0n) return i + 1;
        return count;
      },
    });
    return bench;
  };

  it("run on a stack of their own and reach the caller's", () => {
    const bench = withLoop();
    const top = bench.machine.stack.top;
    const have = `
      *(u64 *)(r10 - 8) = 0
      r1 = 10
      r2 = subprog[each]
      r3 = r10
      r3 += -8
      r4 = 0
      call bpf_loop
      r1 = *(u64 *)(r10 - 8)
      r0 *= 1000
      r0 += r1
      exit
    each:
      *(u64 *)(r10 - 8) = 99
      r3 = *(u64 *)(r2 + 0)
      r3 += r1
      *(u64 *)(r2 + 0) = r3
      r0 = 0
      exit`;
    expect(bench.run(have, checked)).toBe(10_045n);
    expect(bench.machine.stack.top).toBe(top);
  });

  it("end with a fault where programs inside programs use up the stack", () => {
    const bench = new Bench();
    let depth = 0;
    bench.helpers.set(200, {
      name: "bpf_again",
      parameters: [],
      result: "signed",
      reenters: true,
      call: () => {
        depth++;
        return program.run(bench.context);
      },
    });
    const program = bench.load("call 200\nexit", checked);
    expect(() => program.run(bench.context)).toThrow(
      /Instruction 0 calls a function that runs programs, but the machine's stack/,
    );
    expect(depth).toBeGreaterThan(16);
    expect(bench.machine.stack.top).toBe(bench.machine.stack.end);
  });
});

describe.each(MODES)("tail calls, $mode", ({ checked }) => {
  const withArray = (entries: number) => {
    const bench = new Bench();
    const array = new ProgramArray(bench.memory, entries);
    bench.maps.set(3, array.address);
    return { bench, array };
  };
  const CALL = "r2 = map[fd:3]\ncall 12\n";

  it("replace the program and keep the context", () => {
    const { bench, array } = withArray(4);
    bench.memory.setUint32(bench.context, 77);
    array.set(2, bench.load("r0 = *(u32 *)(r1 + 0)\nexit", checked).slot);
    expect(bench.run(`r0 = 1\nr3 = 2\n${CALL}r0 = 5\nexit`, checked)).toBe(77n);
  });

  it.each([
    { name: "past the end", index: "4" },
    { name: "far past the end", index: "-1" },
    { name: "at an empty entry", index: "1" },
  ])("go on behind the call $name, with R0 as it was", ({ index }) => {
    const { bench } = withArray(4);
    expect(bench.run(`r0 = 9\nr3 = ${index}\n${CALL}r0 += 1\nexit`, checked)).toBe(10n);
  });

  it("are made 33 times at most, anew in each run", () => {
    const { bench, array } = withArray(1);
    const program = bench.load(
      `r3 = *(u32 *)(r1 + 0)\nr3 += 1\n*(u32 *)(r1 + 0) = r3\nr6 = r1\nr3 = 0\n${CALL}r0 = *(u32 *)(r6 + 0)\nexit`,
      checked,
    );
    array.set(0, program.slot);
    for (let run = 0; run < 3; run++) {
      bench.memory.setUint32(bench.context, 0);
      expect(program.run(bench.context)).toBe(34);
    }
  });

  it("replace only the function that makes them", () => {
    const { bench, array } = withArray(1);
    array.set(0, bench.load("r0 = 40\nexit", checked).slot);
    expect(bench.run(`r6 = 2\ncall f\nr0 += r6\nexit\nf: r3 = 0\n${CALL}r0 = 1000\nexit`, checked)).toBe(42n);
  });

  it("count within the outer run only what the outer run made", () => {
    const { bench, array } = withArray(1);
    bench.helpers.set(200, {
      name: "bpf_inner",
      parameters: [],
      result: "signed",
      reenters: true,
      call: () => inner.run(bench.context),
    });
    const inner = bench.load(`r3 = 0\n${CALL}r0 = 0\nexit`, checked);
    array.set(0, bench.load("r0 = 1\nexit", checked).slot);
    expect(bench.run(`r6 = r1\ncall 200\nr1 = r6\nr3 = 0\n${CALL}r0 = 7\nexit`, checked)).toBe(1n);
  });
});

describe("faults of checked calls", () => {
  it.each([
    {
      name: "a ninth function",
      have: "call f\nexit\nf: call f\nexit",
      want: /Instruction 2 calls a function with 8 functions active/,
    },
    {
      name: "a pointer to no function",
      have: "r2 = 5\ncallx r2\nexit",
      want: /Instruction 1 calls 0x5, which is no function/,
    },
    {
      name: "a tail call through no map",
      have: "r2 = r1\nr3 = 0\ncall 12\nexit",
      want: /Instruction 2 makes a tail call, but R2 is no map/,
    },
  ])("$name", ({ have, want }) => {
    const bench = new Bench();
    expect(() => bench.run(have, true)).toThrow(want);
    expect(() => bench.run(have, true)).toThrow(ProgramFault);
  });
});

describe("a checked call by pointer", () => {
  it.each([
    {
      name: "reaches host functions, with all five arguments",
      have: "r1 = -1\nr2 = 2\nr3 = 3\nr4 = 4\nr5 = 5\nr6 = 6\nr0 = 9\ncallx r0\nr0 += r6\nexit",
      want: -1n + 2n * 3n + 4n * 5n + 6n,
    },
    { name: "reaches them at the eighth frame, as they need none", have: null, want: 7n },
  ])("$name", ({ have, want }) => {
    const bench = new Bench();
    const pointer = bench.machine.functions.add(
      new HostPointer({
        name: "test",
        parameters: ["i64", "i64", "i64", "i64", "i64"],
        result: "i64",
        call: (...[a, b, c, d, e]: bigint[]) => (have === null ? 7n : a! + b! * c! + d! * e!),
      }),
    );
    const deep = Array.from(
      { length: 7 },
      (_, i) => `f${i}: ${i === 6 ? `r1 = ${pointer}\ncallx r1` : `call f${i + 1}`}\nexit`,
    );
    const text = have?.replace("r0 = 9", `r0 = ${pointer}`) ?? `call f0\nexit\n${deep.join("\n")}`;
    expect(bench.run(text, true)).toBe(BigInt.asUintN(64, want));
  });
});

describe("a checked tail call to another engine's program", () => {
  it("is a fault", () => {
    const bench = new Bench();
    const array = new ProgramArray(bench.memory, 1);
    bench.maps.set(3, array.address);
    const slot = bench.machine.functions.add({ engine: "other", call: () => 0n });
    array.set(0, slot);
    expect(() => bench.run("r2 = map[fd:3]\nr3 = 0\ncall 12\nexit", true)).toThrow(
      `Instruction 3 goes to function ${slot}, which is not one that this engine runs.`,
    );
  });
});

describe("loading", () => {
  it("names everything that is missing", () => {
    const have = "r1 = map[fd:9]\ncall 77\nr6 = r1\nr0 = *(u8 *)skb[0]\nexit";
    const error = catchError(() => new Bench().load(have, true));
    expect(error).toBeInstanceOf(UnloadableProgram);
    expect((error as UnloadableProgram).problems.map(({ index }) => index)).toEqual([0, 2, 4]);
  });
});

function catchError(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
