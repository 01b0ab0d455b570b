import type { ClassicInstruction } from "../bpf/classic/instruction.ts";
import type { DataStart } from "../bpf/filter/data-start.ts";
import type { ProgramType } from "../hooks/hook.ts";
import type { JsonSchema } from "../json-schema.ts";
import type { ProgramSource, Topology } from "../topology/model.ts";

/**
 * A language that programs are written in, as a plugin. Its name is the key under which a topology gives the
 * program: `programs: { ssh-only: { classic: ... } }`.
 */
export interface ProgramLanguage {
  readonly name: string;
  /** Schema of the key's value. */
  readonly schema: JsonSchema;
  /** One line for editors and `netsim schema`. */
  readonly description: string;
  /** True: a topology always has the program itself. Else a single word there is the name of a file. */
  readonly isInline?: boolean;
  /**
   * Reads and checks the program. Throws a NetsimError with every problem: `program-syntax` or `program-rejected`.
   * @param topology what the program is part of, for languages that refer to other parts of it.
   */
  load(source: ProgramSource, topology: Topology): LoadedProgram;
}

/** A program that passed the checks of its type and that an engine can prepare. */
export interface LoadedProgram {
  readonly type: ProgramType;
  readonly name: string;
  readonly instructions: readonly ClassicInstruction[];
  /** The same program for a place where data begins elsewhere than at the link-layer header; absent: it is as it is. */
  forDataStart?(start: DataStart): LoadedProgram;
}
