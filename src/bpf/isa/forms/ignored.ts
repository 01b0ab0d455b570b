import type { Instruction } from "../instruction.ts";
import type { DecodeProblem } from "../problem.ts";
import { readRaw } from "../raw.ts";
import { FORMS } from "./table.ts";

/**
 * Fields that RFC 9669 reserves and Linux ignores all the same, where they are not zero: exit's offset. `decodeProgram` takes
 * them as Linux does.
 */
export function ignoredFields(bytes: Uint8Array, instructions: readonly (Instruction | null)[]): DecodeProblem[] {
  return instructions.flatMap((instruction, index) => {
    if (instruction === null) return [];
    const { opcode, offset } = readRaw(bytes, index);
    if (offset === 0 || FORMS[opcode]![0]!.offset !== "ignored") return [];
    return {
      index,
      message: `Instruction ${index} (opcode 0x${opcode.toString(16)}): its offset is ${offset}, but must be 0.`,
      hint: "RFC 9669 reserves the field; Linux ignores it, as 'netsim bpf verify' does.",
    };
  });
}
