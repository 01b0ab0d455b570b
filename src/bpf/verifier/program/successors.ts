import { type Instruction, slotsOf } from "../../isa/instruction.ts";

/**
 * Slots that may run after an instruction within its function, the fall-through first; calls go on behind themselves.
 * `instruction` is null where the slot holds one with a problem.
 */
export function successorsOf(instruction: Instruction | null, index: number): readonly number[] {
  switch (instruction?.kind) {
    case undefined:
      return [index + 1];
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
