import type { ClassicPacket } from "../bpf/classic/packet.ts";
import type { Environment, Executable } from "../bpf/vm/environment.ts";
import type { Machine } from "../bpf/vm/machine.ts";
import type { LoadedClassicProgram } from "./language.ts";
import type { RunnableProgram } from "./program-slot.ts";

/** A way to run programs, as a plugin: what `--engine` chooses between. */
export interface Engine {
  /** Unique among engines. */
  readonly name: string;
  /** What it is, in one line for people. */
  readonly description: string;
  /** Makes a checked classic program ready to run on the packets that `view` shows, whose bytes lie in the machine's memory. */
  prepare(program: LoadedClassicProgram, view: ClassicPacket, machine: Machine): RunnableProgram;
  /** Loads a verified extended program. Throws UnloadableProgram. */
  load(program: Uint8Array, environment: Environment): Executable;
}
