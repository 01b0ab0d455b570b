import { kernelText } from "../../isa/disassembler/kernel-text.ts";
import { encodeInstruction } from "../../isa/encode.ts";
import type { Instruction } from "../../isa/instruction.ts";
import type { Btf } from "../../object/btf/btf-type.ts";

/**
 * Gives `(b7) r0 = 0`: instructions as verifier logs show them. Kernel functions that are called by name have their BTF ids where the kernel's
 * types are given.
 */
export function instructionTexts(
  kernelFunctions: ReadonlyMap<number, string> = new Map(),
  kernelTypes?: Btf,
): (instruction: Instruction) => string {
  const names = { kernelFunction: ({ index }: Instruction) => kernelFunctions.get(index) };
  return (instruction) => {
    const opcode = encodeInstruction(instruction).opcode;
    const name = instruction.kind === "call-kernel" ? kernelFunctions.get(instruction.index) : undefined;
    const id = name === undefined ? undefined : kernelTypes?.find("function", name);
    const shown = instruction.kind === "call-kernel" && id !== undefined ? { ...instruction, btfId: id } : instruction;
    return `(${opcode.toString(16).padStart(2, "0")}) ${kernelText(shown, names, false)}`;
  };
}

/** The same where nothing is known of the kernel. */
export const instructionText = instructionTexts();
