import type { ClassicInstruction } from "../instruction.ts";

/** Instructions and the line of each, from 1. */
export interface InstructionLines {
  readonly instructions: ClassicInstruction[];
  readonly lines: number[];
}
