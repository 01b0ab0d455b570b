import type { Instruction } from "../../isa/instruction.ts";
import { slotsOf } from "../../isa/instruction.ts";
import type { ProgramModel } from "./program-model.ts";

/**
 * Slots that may run after the instruction in a slot, within its function, the fall-through first; calls go on behind
 * themselves.
 */
export const successorsOf = (model: ProgramModel, index: number): readonly number[] =>
  (model.successors[index] ??= findSuccessors(model.flow[index]!, index));

function findSuccessors(instruction: Instruction | null, index: number): readonly number[] {
  switch (instruction?.kind) {
    case undefined:
      return [];
    case "exit":
      return [];
    case "jump":
      return [instruction.target];
    case "branch":
    case "may-goto":
      return [index + 1, instruction.target];
    default:
      return [index + slotsOf(instruction!)];
  }
}
