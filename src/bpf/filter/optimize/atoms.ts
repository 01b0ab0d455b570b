import { CLASS, classOf, isIndirect, isMemory, OP, SOURCE_X } from "../ir/opcode.ts";
import { NOP, type Statement } from "../ir/statement.ts";

/*
 * Atoms are what statements read and write: the scratch slots 0 to 15, A and X. Sets of them are bits of one number.
 */

export const A = 16;
export const X = 17;
export const ATOMS = 18;

export const A_BIT = 1 << A;
export const X_BIT = 1 << X;

/** Atoms that a statement or branch reads, as bits. */
export function reads({ code, k }: Pick<Statement, "code" | "k">): number {
  if (code === NOP) return 0;
  switch (classOf(code)) {
    case CLASS.LD:
    case CLASS.LDX:
      return isIndirect(code) ? X_BIT : isMemory(code) ? 1 << k : 0;
    case CLASS.ST:
      return A_BIT;
    case CLASS.STX:
      return X_BIT;
    case CLASS.ALU:
    case CLASS.JMP:
      return (code & SOURCE_X) === 0 ? A_BIT : A_BIT | X_BIT;
    case CLASS.MISC:
      return code === OP.TXA ? X_BIT : A_BIT;
    default:
      return 0;
  }
}

/** The atom that a statement writes; -1: none. */
export function writes({ code, k }: Statement): number {
  if (code === NOP) return -1;
  switch (classOf(code)) {
    case CLASS.LD:
    case CLASS.ALU:
      return A;
    case CLASS.LDX:
      return X;
    case CLASS.ST:
    case CLASS.STX:
      return k;
    case CLASS.MISC:
      return code === OP.TAX ? X : A;
    default:
      return -1;
  }
}
