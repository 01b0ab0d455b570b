import { disassembleInstruction } from "../../isa/disassembler/disassemble.ts";
import type { Instruction } from "../../isa/instruction.ts";
import { type FaultReason, ProgramFault } from "../program-fault.ts";

/** A fault of an interpreted program: with what the interpreter knows of it. */
export class InterpretedFault extends ProgramFault {
  /** The instruction as Linux prints it. */
  readonly text: string;
  /** R0 to R10 before the instruction: unsigned, 64 bits. */
  readonly registers: readonly bigint[];

  /** @param what the rest of a sentence that begins with the instruction. */
  constructor(reason: FaultReason, instruction: Instruction, registers: readonly bigint[], what: string) {
    const text = disassembleInstruction(instruction, "kernel");
    super(reason, instruction.index, `Instruction ${instruction.index}, '${text}', ${what}`);
    this.name = "InterpretedFault";
    this.text = text;
    this.registers = registers;
  }
}
