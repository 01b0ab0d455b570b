import type { Machine } from "../bpf/vm/machine.ts";
import type { LoadedProgram } from "./language.ts";
import type { RunnableProgram } from "./program-slot.ts";

/** A way to run programs, as a plugin: what `--engine` chooses between. */
export interface Engine {
  /** Unique among engines. */
  readonly name: string;
  /** What it is, in one line for people. */
  readonly description: string;
  /** Makes a checked program ready to run on packet after packet, whose bytes lie in the machine's memory. */
  prepare(program: LoadedProgram, machine: Machine): RunnableProgram;
}
