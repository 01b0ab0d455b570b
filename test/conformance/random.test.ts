import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { disassemble } from "../../src/bpf/isa/disassembler/disassemble.ts";
import { BPF_ENGINES } from "../../src/bpf/vm/engine.ts";
import type { Environment, Executable } from "../../src/bpf/vm/environment.ts";
import { Machine } from "../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../src/bpf/vm/memory.ts";
import { ProgramFault } from "../../src/bpf/vm/program-fault.ts";
import { hexOf } from "./case.ts";
import { MEMORY_BYTES, PARTS, randomProgram } from "./random-program.ts";

const PROGRAMS = Number(process.env.NETSIM_RANDOM_PROGRAMS ?? (process.env.CI === undefined ? 10_000 : 100_000));

const machine = new Machine(new LinearMemory());
const address = machine.memory.allocate(MEMORY_BYTES);
const environment: Environment = {
  machine,
  context: { size: MEMORY_BYTES },
  helper: () => undefined,
  kernelFunction: () => undefined,
  resolve: () => undefined,
};
const memory = Uint8Array.from({ length: MEMORY_BYTES }, (_, i) => i * 37 + 129);

/** All that can be seen of a run. */
function outcome(executable: Executable, part: number): string {
  machine.memory.bytes.set(memory, address);
  machine.memory.bytes[address] = part;
  try {
    const r0 = executable.runWide(address);
    return `${r0.toString(16)} ${hexOf(machine.memory.bytes.subarray(address, address + MEMORY_BYTES))}`;
  } catch (error) {
    if (error instanceof ProgramFault) return `${error.reason} in ${error.instruction}`;
    throw error;
  }
}

const LISTING = { syntax: "kernel", numbers: true } as const;

describe("random programs", () => {
  it(`give the same on all engines (${PROGRAMS}; NETSIM_RANDOM_PROGRAMS says how many)`, { timeout: 600_000 }, () => {
    let faults = 0;
    const check = (program: Uint8Array) => {
      const [reference, ...others] = BPF_ENGINES.map(({ name, load }) => ({
        name,
        loaded: load(program, environment),
      }));
      for (let part = 0; part < PARTS; part++) {
        const want = outcome(reference!.loaded, part);
        if (want.includes("in")) faults++;
        for (const { name, loaded } of others) {
          const got = outcome(loaded, part);
          if (got !== want)
            expect.fail(`part ${part}\n${name}: ${got}\n${reference!.name}: ${want}\n${disassemble(program, LISTING)}`);
        }
      }
      for (const { loaded } of [reference!, ...others]) loaded.release();
    };
    fc.assert(fc.property(randomProgram, check), { numRuns: Math.ceil(PROGRAMS / PARTS) });
    // Neither only programs that end early nor only harmless ones.
    expect(faults).toBeGreaterThan(0);
    expect(faults).toBeLessThan(PROGRAMS / 2);
  });
});
