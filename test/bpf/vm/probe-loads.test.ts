import { beforeEach, describe, expect, it } from "vitest";
import { assembleExtended } from "../../../src/bpf/isa/assembler/assemble.ts";
import type { Environment } from "../../../src/bpf/vm/environment.ts";
import { InterpretedProgram } from "../../../src/bpf/vm/interpreter/interpreted-program.ts";
import { Jit } from "../../../src/bpf/vm/jit/jit.ts";
import { Machine } from "../../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../../src/bpf/vm/memory.ts";

const jit = new Jit();
const ENGINES = {
  interpreter: (program: Uint8Array, environment: Environment) => new InterpretedProgram(program, environment),
  jit: (program: Uint8Array, environment: Environment) => jit.load(program, environment, { clearStacks: true }),
};

let machine: Machine;
/** A place in memory that no program has been given. */
let there: number;

beforeEach(() => {
  machine = new Machine(new LinearMemory());
  there = machine.memory.allocate(64);
  machine.memory.bytes.set([0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87], there);
});

describe.each(Object.entries(ENGINES))("loads that may find nothing, by the %s", (_, load) => {
  /** What a load gives, from the address in r1 that is put together from two halves. */
  const loaded = (operation: string, high: number, low: number): bigint => {
    const text = `r1 = ${high}\nr1 <<= 32\nr2 = ${low} ll\nr1 |= r2\nr0 = ${operation}\nexit`;
    const { bytes } = assembleExtended(text, { complete: true });
    const slot = 5;
    const environment: Environment = {
      machine,
      context: { size: 0 },
      helper: () => undefined,
      kernelFunction: () => undefined,
      resolve: () => undefined,
      probes: new Set([slot]),
    };
    return load(bytes, environment).runWide(0);
  };

  it.each([
    { operation: "*(u8 *)(r1 + 1)", want: 0x81n },
    { operation: "*(u16 *)(r1 + 1)", want: 0x8281n },
    { operation: "*(u32 *)(r1 + 0)", want: 0x8382_8180n },
    { operation: "*(u64 *)(r1 + 0)", want: 0x8786_8584_8382_8180n },
    { operation: "*(s8 *)(r1 + 0)", want: 0xffff_ffff_ffff_ff80n },
    { operation: "*(s16 *)(r1 + 0)", want: 0xffff_ffff_ffff_8180n },
    { operation: "*(s32 *)(r1 + 0)", want: 0xffff_ffff_8382_8180n },
  ])("$operation", ({ operation, want }) => {
    expect(loaded(operation, 0, there)).toBe(want);
    // The same lower half in another address.
    expect(loaded(operation, 1, there)).toBe(0n);
    expect(loaded(operation, -1, there)).toBe(0n);
    expect(loaded(operation, 0, 0)).toBe(0n);
    expect(loaded(operation, 0, 65_530)).toBe(0n);
    expect(loaded(operation, 0, machine.memory.bytes.length)).toBe(0n);
    expect(loaded(operation, 0, 0xffff_ffff)).toBe(0n);
  });

  it("reads up to the last byte of memory", () => {
    const { bytes } = machine.memory;
    bytes.fill(7, bytes.length - 8);
    expect(loaded("*(u64 *)(r1 + 0)", 0, bytes.length - 8)).toBe(0x0707_0707_0707_0707n);
    expect(loaded("*(u64 *)(r1 + 1)", 0, bytes.length - 8)).toBe(0n);
    expect(loaded("*(u64 *)(r1 - 8)", 0, bytes.length)).toBe(0x0707_0707_0707_0707n);
  });
});
