import type { Environment, Executable } from "./environment.ts";
import { InterpretedProgram } from "./interpreter/interpreted-program.ts";
import { JIT, Jit } from "./jit/jit.ts";

/** A way to run extended programs. */
export interface BpfEngine {
  readonly name: string;
  /** Loads a program that no verifier has accepted: every access is tested. Throws UnloadableProgram. */
  load(program: Uint8Array, environment: Environment): Executable;
}

const jit = new Jit();

/** The engines, the reference first. */
export const BPF_ENGINES: readonly BpfEngine[] = [
  { name: "interpreter", load: (program, environment) => new InterpretedProgram(program, environment) },
  { name: JIT, load: (program, environment) => jit.load(program, environment, { checked: true }) },
];
