import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { type Kernel, openKernel } from "../../src/kernel/kernel.ts";
import { runOnMemory } from "../../src/kernel/run/memory-program.ts";
import { reasonIn } from "../../src/kernel/run/refused.ts";
import { bytesOf, type ConformanceCase, hexOf } from "./case.ts";
import type { Outcome } from "./run-case.ts";

/** The kernel of this machine as one more engine, or why there is none. */
export const kernel = await openKernel();

/** Runs a case; gives the verifier's last words where the kernel refuses the program. */
export function runInKernel({ program, memory = "" }: ConformanceCase): Outcome | { readonly refused: string } {
  return runBytes(assembleExtended(program).bytes, bytesOf(memory));
}

/** Runs a program whose R1 is the address of its memory and R2 the memory's length. */
export function runBytes(program: Uint8Array, memory: Uint8Array): Outcome | { readonly refused: string } {
  const result = runOnMemory(kernel as Kernel, program, memory);
  if ("r0" in result) return { r0: result.r0, memory: hexOf(result.memory) };
  return { refused: reasonIn(result.log) ?? "" };
}
