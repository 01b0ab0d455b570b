import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeProgram } from "../../../../src/bpf/isa/encode.ts";
import type { Condition, Instruction } from "../../../../src/bpf/isa/instruction.ts";
import { Bench, hex, MODES } from "./jit-programs.ts";

const CASES: readonly { name: string; have: string; want: bigint }[] = [
  {
    name: "a loop entered in the middle (two entries, irreducible)",
    have: `
      r0 = 0
      r2 = *(u32 *)(r1 + 0)
      if r2 == 0 goto second
    first:
      r0 += 1
    second:
      r0 += 10
      if r0 < 100 goto first
      exit`,
    // 10, then nine rounds of 11.
    want: 109n,
  },
  {
    name: "an irreducible loop inside a reducible one",
    have: `
      r0 = 0
      r3 = 3
    outer:
      r2 = 0
      if r3 & 1 goto b
    a:
      r0 += 1
      r2 += 1
    b:
      r0 += 100
      r2 += 1
      if r2 < 4 goto a
      r3 += -1
      if r3 != 0 goto outer
      exit`,
    // Odd rounds enter at b: 3 times b, twice a... r2 = 1, 3, 5; even ones at a: r2 = 2, 4.
    want: 2n * (300n + 2n) + 202n,
  },
  {
    name: "a reducible loop inside an irreducible one",
    have: `
      r0 = 0
      r2 = 0
      r3 = *(u32 *)(r1 + 0)
      if r3 == 0 goto inner
    outer:
      r0 += 1000
    inner:
      r4 = 0
    again:
      r0 += 1
      r4 += 1
      if r4 < 5 goto again
      r2 += 1
      if r2 < 3 goto outer
      exit`,
    want: 2015n,
  },
  {
    name: "loops one behind the other, left in two places each",
    have: `
      r0 = 0
    a: r0 += 1
      if r0 == 7 goto b
      if r0 < 10 goto a
      r0 = 99
    b: r0 += 2
      if r0 == 21 goto c
      if r0 < 30 goto b
      r0 = 98
    c: exit`,
    want: 21n,
  },
  {
    name: "a block that both outcomes lead to",
    have: "r0 = 1\nif r0 == 1 goto +0\nif r0 != 1 goto done\nr0 = 5\ndone: exit",
    want: 5n,
  },
  {
    name: "a loop whose first block is the function's",
    have: "again: r0 += 1\nif r0 < 5 goto again\nexit",
    want: 5n,
  },
  {
    name: "jumps backwards through the whole program",
    have: "r0 = 1\ngoto c\na: r0 += 4\nexit\nb: r0 *= 3\ngoto a\nc: r0 += 1\ngoto b",
    want: 10n,
  },
  {
    name: "code that nothing reaches",
    have: "r0 = 3\nexit\nr0 = 4\ngoto -2",
    want: 3n,
  },
  {
    name: "may_goto that grants 8,388,608 rounds and then jumps",
    have: "r0 = 0\nagain: may_goto done\nr0 += 1\ngoto again\ndone: exit",
    want: 8_388_608n,
  },
];

describe.each(MODES)("control flow, $mode", ({ checked }) => {
  it.each(CASES)("$name", ({ have, want }) => {
    expect(hex(new Bench().run(have, checked))).toBe(hex(want));
  });
});

/* Random graphs: every block adds to R0 in its own way, and R9 counts the blocks down so that every walk ends. */

interface RandomBlock {
  readonly add: number;
  readonly condition: Condition;
  readonly compare: number;
  readonly taken: number;
  readonly otherwise: number;
}

const STEPS = 60;

const randomBlocks = fc.integer({ min: 1, max: 24 }).chain((count) => {
  const target = fc.nat(count - 1);
  const condition = fc.constantFrom<Condition>("eq", "ne", "gt", "le", "set", "sgt", "slt");
  return fc.array(
    fc.record<RandomBlock>({ add: fc.nat(1000), condition, compare: fc.nat(7), taken: target, otherwise: target }),
    { minLength: count, maxLength: count },
  );
});

const SLOTS = 8;

function programOf(blocks: readonly RandomBlock[]): Uint8Array {
  const instructions: Instruction[] = [];
  const emit = (instruction: Omit<Instruction, "index">) =>
    instructions.push({ ...instruction, index: instructions.length } as Instruction);
  const alu = (operation: "mov" | "add" | "mul" | "and", dst: number, imm: number, src: number | null = null) =>
    emit({ kind: "alu", bits: 64, operation, dst, src, imm } as Instruction);
  const start = 2;
  alu("mov", 0, 0);
  alu("mov", 9, STEPS);
  for (const [i, { add, condition, compare, taken, otherwise }] of blocks.entries()) {
    const branch = { kind: "branch", bits: 64, src: null } as const;
    alu("add", 9, -1);
    emit({ ...branch, condition: "eq", dst: 9, imm: 0, target: start + blocks.length * SLOTS } as Instruction);
    alu("mul", 0, 3);
    alu("add", 0, add + i);
    alu("mov", 2, 0, 0);
    alu("and", 2, 7);
    emit({ ...branch, condition, dst: 2, imm: compare, target: start + taken * SLOTS } as Instruction);
    emit({ kind: "jump", far: false, target: start + otherwise * SLOTS } as Instruction);
  }
  emit({ kind: "exit" });
  return encodeProgram(instructions);
}

function walk(blocks: readonly RandomBlock[]): bigint {
  let r0 = 0n;
  let block = 0;
  for (let left = STEPS - 1; left > 0; left--) {
    const { add, condition, compare, taken, otherwise } = blocks[block]!;
    r0 = BigInt.asUintN(64, r0 * 3n + BigInt(add + block));
    const value = Number(r0 & 7n);
    const holds: Partial<Record<Condition, boolean>> = {
      eq: value === compare,
      ne: value !== compare,
      gt: value > compare,
      le: value <= compare,
      set: (value & compare) !== 0,
      sgt: value > compare,
      slt: value < compare,
    };
    block = holds[condition] ? taken : otherwise;
  }
  return r0;
}

describe("random graphs of blocks", () => {
  it.each(MODES)("run as their blocks say, $mode", ({ checked }) => {
    const bench = new Bench();
    fc.assert(
      fc.property(randomBlocks, (blocks) => {
        const program = bench.jit.load(programOf(blocks), bench.environment, { checked });
        const r0 = program.runWide(bench.context);
        program.release();
        expect(hex(r0)).toBe(hex(walk(blocks)));
      }),
      { numRuns: 1500 },
    );
  });
});
