import { kernelText } from "../../isa/disassembler/kernel-text.ts";
import { encodeInstruction } from "../../isa/encode.ts";
import type { Instruction } from "../../isa/instruction.ts";

/** `(b7) r0 = 0`: an instruction as verifier logs show it. */
export function instructionText(instruction: Instruction): string {
  const opcode = encodeInstruction(instruction).opcode;
  return `(${opcode.toString(16).padStart(2, "0")}) ${kernelText(instruction, {}, false)}`;
}
