import type { Instruction, RawInstruction } from "../../isa/instruction.ts";
import { CLASS, JUMP, LOAD_IMMEDIATE_64 } from "../../isa/opcodes.ts";

const CALL_LOCAL = 1;

/**
 * A well-formed instruction that goes where a malformed one would. Linux looks at most fields only when it walks to the
 * instruction, but where code leads before it walks at all: a malformed jump that no path comes to still has to stay in its function.
 */
export function standInFor({ opcode, src, offset, imm }: RawInstruction, index: number): Instruction {
  if (opcode === LOAD_IMMEDIATE_64) return { kind: "constant", index, dst: 0, value: 0n };
  const group = opcode & 7;
  if (group === CLASS.jmp || group === CLASS.jmp32) {
    switch (opcode & 0xf0) {
      case JUMP.call:
        return opcode === (CLASS.jmp | JUMP.call) && src === CALL_LOCAL
          ? { kind: "call-local", index, target: index + 1 + imm }
          : { kind: "call-helper", index, helper: imm };
      case JUMP.exit:
        return { kind: "exit", index };
      case JUMP.ja: {
        const far = group === CLASS.jmp32;
        return { kind: "jump", index, far, target: index + 1 + (far ? imm : offset) };
      }
      default:
        return {
          kind: "branch",
          index,
          bits: 64,
          condition: "eq",
          dst: 0,
          src: null,
          imm: 0,
          target: index + 1 + offset,
        };
    }
  }
  return { kind: "alu", index, bits: 64, operation: "mov", dst: 0, src: null, imm: 0 };
}
