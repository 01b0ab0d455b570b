import { plainHelpers } from "../../src/bpf/helpers/plain.ts";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import type { BpfEngine } from "../../src/bpf/vm/engine.ts";
import { MemoryProgram } from "../../src/bpf/vm/memory-run.ts";
import { bytesOf, type ConformanceCase, hexOf } from "./case.ts";

/** What a program left behind. */
export interface Outcome {
  /** Unsigned, 64 bits. */
  readonly r0: bigint;
  readonly memory: string;
}

const HELPERS = plainHelpers({ nanoseconds: () => 1n, random: () => 4 });

/** Runs a case. */
export function runCase(engine: BpfEngine, { program, memory = "" }: ConformanceCase): Outcome {
  const { bytes } = assembleExtended(program, { complete: true });
  const run = new MemoryProgram(bytes, bytesOf(memory), engine, HELPERS).run();
  return { r0: run.r0, memory: hexOf(run.memory) };
}

/** What a case wants, in the form of an outcome. */
export function wanted({ want, memory = "", wantMemory = memory }: ConformanceCase): Outcome {
  return { r0: want, memory: hexOf(bytesOf(wantMemory)) };
}
