import type { ClassicPacket } from "../bpf/classic/packet.ts";
import type { LoadedProgram } from "./language.ts";

/** A program ready to run on packets. */
export interface RunnableProgram {
  /** Returns the program's return value as an unsigned 32-bit number. */
  run(packet: ClassicPacket): number;
  /** Gives back what it holds of the machine; called once it has been replaced. */
  release?(): void;
}

/**
 * A program's name and what runs under it now. All attachments of a name share the slot, so that replacing the
 * program on live traffic takes effect everywhere at once, between two packets.
 */
export class ProgramSlot {
  readonly name: string;
  loaded: LoadedProgram;
  program: RunnableProgram;
  /** How often it was replaced. */
  replaced = 0;

  constructor(loaded: LoadedProgram, program: RunnableProgram) {
    this.name = loaded.name;
    this.loaded = loaded;
    this.program = program;
  }

  replace(loaded: LoadedProgram, program: RunnableProgram): void {
    this.program.release?.();
    this.loaded = loaded;
    this.program = program;
    this.replaced++;
  }
}
