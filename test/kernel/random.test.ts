import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { disassemble } from "../../src/bpf/isa/disassembler/disassemble.ts";
import { BPF_ENGINES } from "../../src/bpf/vm/engine.ts";
import { Machine } from "../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../src/bpf/vm/memory.ts";
import { hexOf } from "../conformance/case.ts";
import { kernel, runBytes } from "../conformance/kernel.ts";
import { MEMORY_BYTES, verifiableProgram } from "../conformance/random-program.ts";

/** Set it to try more. */
const PROGRAMS = Number(process.env.NETSIM_KERNEL_PROGRAMS ?? 20_000);

const missing = "missing" in kernel ? ` (skipped: ${kernel.missing})` : "";
const memory = Uint8Array.from({ length: MEMORY_BYTES }, (_, i) => i * 37 + 129);

describe.skipIf("missing" in kernel)(`random programs beside the running kernel${missing}`, () => {
  it(`leave the same result and memory (${PROGRAMS}; NETSIM_KERNEL_PROGRAMS says how many)`, {
    timeout: 600_000,
  }, () => {
    const machine = new Machine(new LinearMemory());
    const address = machine.memory.allocate(MEMORY_BYTES);
    const engine = BPF_ENGINES[0]!;
    let compared = 0;
    fc.assert(
      fc.property(verifiableProgram, (program) => {
        const want = runBytes(program, memory);
        // A load through a number is refused, as it should be.
        if ("refused" in want) return;
        compared++;
        const loaded = engine.load(program, {
          machine,
          context: { size: MEMORY_BYTES },
          helper: () => undefined,
          kernelFunction: () => undefined,
          resolve: () => undefined,
        });
        machine.memory.bytes.set(memory, address);
        const r0 = loaded.runWide(address);
        const after = hexOf(machine.memory.bytes.subarray(address, address + MEMORY_BYTES));
        loaded.release();
        if (r0 !== want.r0 || after !== want.memory)
          expect.fail(
            `${engine.name}: ${r0} ${after}\nkernel: ${want.r0} ${want.memory}\n${disassemble(program, { syntax: "kernel", numbers: true })}`,
          );
      }),
      { numRuns: PROGRAMS, seed: 1 },
    );
    expect(compared).toBeGreaterThan(0.95 * PROGRAMS);
  });
});
