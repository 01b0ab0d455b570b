import { describe, expect, it } from "vitest";
import { Bench, MODES } from "./jit-programs.ts";

describe.each(MODES)("a loaded program, $mode", ({ checked }) => {
  it("gives the low half of R0 as a signed number, and all of it on request", () => {
    const bench = new Bench();
    const program = bench.load("r0 = 0x12345678fffffffe ll\nexit", checked);
    expect(program.run(bench.context)).toBe(-2);
    expect(program.runWide(bench.context)).toBe(0x12345678fffffffen);
  });

  it.each([0, 1, 2, 100])("runs a batch of %i as it runs them one by one", (count) => {
    const bench = new Bench();
    const { memory } = bench;
    const program = bench.load(
      "r0 = *(u32 *)(r1 + 4)\nr2 = *(u32 *)(r1 + 0)\nr2 += 1\n*(u32 *)(r1 + 0) = r2\nr0 *= r2\nexit",
      checked,
    );
    const contexts = memory.allocate(4 * count + 4);
    const results = memory.allocate(4 * count + 4);
    memory.setUint32(results + 4 * count, 0xabcdef);
    for (let i = 0; i < count; i++) {
      const context = memory.allocate(64);
      memory.setUint32(context, i);
      memory.setUint32(context + 4, 1000 + i);
      memory.setUint32(contexts + 4 * i, context);
    }
    program.runBatch(contexts, count, results);
    for (let i = 0; i < count; i++) expect(memory.uint32(results + 4 * i)).toBe((1000 + i) * (i + 1));
    expect(memory.uint32(results + 4 * count)).toBe(0xabcdef);
  });

  it("has a place in the machine's functions until it is released", () => {
    const bench = new Bench();
    const { functions } = bench.machine;
    const program = bench.load("r0 = subprog[f]\nexit\nf: r0 = r1\nr0 += r5\nexit", checked);
    const pointer = Number(program.runWide(bench.context));
    expect(functions.at(program.slot)!.call(BigInt(bench.context), 0n, 0n, 0n, 0n)).toBe(BigInt(pointer));
    expect(functions.at(pointer)!.call(40n, 0n, 0n, 0n, 2n)).toBe(42n);
    program.release();
    program.release();
    expect(functions.at(program.slot)).toBeUndefined();
    expect(functions.at(pointer)).toBeUndefined();
    expect(bench.load("r0 = 0\nexit", checked).slot).not.toBe(bench.load("r0 = 0\nexit", checked).slot);
  });

  it("shares code with an equal program, but neither functions nor maps", () => {
    const bench = new Bench();
    const text = "call 200\nr6 = r0\nr0 = map[fd:3]\nr0 += r6\nexit";
    const load = (value: number, map: number) => {
      bench.helpers.set(200, { name: "bpf_value", parameters: [], result: "signed", call: () => value });
      bench.maps.set(3, map);
      return bench.load(text, checked);
    };
    const programs = [load(1, 0x20000), load(2, 0x20000), load(1, 0x30000)];
    expect(programs.map((program) => program.runWide(bench.context))).toEqual([0x20001n, 0x20002n, 0x30001n]);
  });
});

describe("many loads and releases", () => {
  it("of equal and of different programs do not pile up", { timeout: 60_000 }, () => {
    const bench = new Bench();
    const load = (different: number) => bench.load(`r0 = ${different}\nr0 += 1\nexit`, false).release();
    for (let i = 0; i < 500; i++) load(i);
    const { length } = bench.machine.functions.compiled;
    const before = process.memoryUsage();
    for (let i = 0; i < 20_000; i++) load(i % 10 === 0 ? 1000 + i : 7);
    const after = process.memoryUsage();
    expect(bench.machine.functions.compiled.length).toBe(length);
    expect(bench.memory.bytes.length).toBe(32 * 65_536);
    // 2,000 different modules, of which 512 are kept; each takes some tens of kilobytes outside the heap until it is collected.
    expect(after.rss - before.rss).toBeLessThan(400e6);
  });
});
