/** The opcode of a statement that was optimized away. */
export const NOP = -1;

/** An instruction within a block. Only a jump that stays in the block has targets; a program with one is not optimized. */
export interface Statement {
  code: number;
  /** Unsigned 32 bits. */
  k: number;
  whenTrue?: Statement;
  whenFalse?: Statement;
}

/** `k` is taken modulo 2^32. */
export function statement(code: number, k = 0): Statement {
  return { code, k: k >>> 0 };
}
