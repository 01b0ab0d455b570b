import { decodeProgram } from "../decode.ts";
import { INSTRUCTION_BYTES, type Instruction, slotsOf } from "../instruction.ts";
import { kernelText } from "./kernel-text.ts";
import { llvmText } from "./llvm-text.ts";
import { mnemonicText } from "./mnemonic-text.ts";
import type { ListingNames } from "./names.ts";

/** `kernel`: verifier logs and bpftool; `llvm`: llvm-objdump; `mnemonic`: ubpf and bpf_conformance. */
export type Syntax = "kernel" | "llvm" | "mnemonic";

export interface DisassembleOptions {
  readonly syntax: Syntax;
  /** Puts the instruction's number before it: `12: `. */
  readonly numbers?: boolean;
  /**
   * Puts the opcode before the instruction, `(b7) `, as the kernel always does; in the other syntaxes its bytes, as
   * llvm-objdump does.
   */
  readonly opcodes?: boolean;
  readonly names?: ListingNames;
}

/**
 * A program as text, a line an instruction. `assembleExtended` makes the same bytes of it again. Slots that are no
 * instruction are given as numbers, `.8byte 0x...`; bytes after the last whole slot are left out.
 */
export function disassemble(bytes: Uint8Array, options: DisassembleOptions): string {
  const { instructions } = decodeProgram(bytes);
  const lines: string[] = [];
  for (let index = 0; index < instructions.length; index++) {
    const instruction = instructions[index]!;
    const at = index;
    const number = options.numbers === true ? `${index}: ` : "";
    if (instruction !== null && slotsOf(instruction) === 2) index++;
    lines.push(
      number + lineText(bytes.subarray(at * INSTRUCTION_BYTES, (index + 1) * INSTRUCTION_BYTES), instruction, options),
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** One instruction as text, without number and opcode. */
export function disassembleInstruction(instruction: Instruction, syntax: Syntax, names: ListingNames = {}): string {
  if (syntax === "kernel") return kernelText(instruction, names, true);
  return syntax === "llvm" ? llvmText(instruction, names) : mnemonicText(instruction, names);
}

function lineText(bytes: Uint8Array, instruction: Instruction | null, options: DisassembleOptions): string {
  const { syntax, opcodes, names = {} } = options;
  if (instruction === null) return `.8byte 0x${Array.from(bytes, hexByte).reverse().join("")}`;
  if (opcodes !== true) return disassembleInstruction(instruction, syntax, names);
  if (syntax === "kernel") return `(${hexByte(bytes[0]!)}) ${kernelText(instruction, names, false)}`;
  return `${Array.from(bytes, hexByte).join(" ")}\t${disassembleInstruction(instruction, syntax, names)}`;
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
