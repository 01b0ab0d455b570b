import { type ClassicInstruction, isBranch, JUMP_ALWAYS } from "./instruction.ts";

const ALL_SLOTS = 0xffff;

/**
 * Indices of the loads of M[k] that may come before a store to it, as check_load_and_stores of net/core/filter.c sees
 * the flow: one pass, jumps forward, and a return counts as going on to the next instruction. Code that no jump
 * reaches behind a jump may read anything. All jumps must be inside the program, all slots 0..15.
 */
export function uninitialisedLoads(instructions: readonly ClassicInstruction[]): number[] {
  const found: number[] = [];
  /** One bit per slot: written on every way that jumps to this instruction. */
  const written = new Uint16Array(instructions.length).fill(ALL_SLOTS);
  let valid = 0;
  for (const [i, { code, jt, jf, k }] of instructions.entries()) {
    valid &= written[i]!;
    if (code === 0x02 || code === 0x03) valid |= 1 << k;
    else if (code === 0x60 || code === 0x61) {
      if ((valid & (1 << k)) === 0) found.push(i);
    } else if (code === JUMP_ALWAYS) {
      written[i + 1 + k]! &= valid;
      valid = ALL_SLOTS;
    } else if (isBranch(code)) {
      written[i + 1 + jt]! &= valid;
      written[i + 1 + jf]! &= valid;
      valid = ALL_SLOTS;
    }
  }
  return found;
}
