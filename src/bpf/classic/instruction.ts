/** One classic instruction, struct sock_filter of linux/filter.h. */
export interface ClassicInstruction {
  /** Operation, 16 bits: class in bits 0-2; size and mode, or operation and source, above. */
  readonly code: number;
  /** Instructions to skip when a conditional jump's condition holds, 0..255. */
  readonly jt: number;
  /** Instructions to skip when it does not, 0..255. */
  readonly jf: number;
  /** Operand, unsigned 32 bits. */
  readonly k: number;
}

/** The fields in their order, each with the largest value that it can hold. */
export const FIELDS: readonly [name: keyof ClassicInstruction, limit: number][] = [
  ["code", 0xffff],
  ["jt", 0xff],
  ["jf", 0xff],
  ["k", 0xffff_ffff],
];

/** BPF_MAXINSNS: the longest program. */
export const MAX_INSTRUCTIONS = 4096;

/** BPF_MEMWORDS: scratch slots M[0] .. M[15]. */
export const SCRATCH_SLOTS = 16;

/** BPF_JMP | BPF_JA: the jump whose distance is `k`. */
export const JUMP_ALWAYS = 0x05;

const CLASS_MASK = 0x07;
const JUMP_CLASS = 0x05;

/** True for opcodes of the jump class other than BPF_JA, also for those that no kernel knows; libpcap prints their targets. */
export function isBranch(code: number): boolean {
  return (code & CLASS_MASK) === JUMP_CLASS && (code & 0xf0) !== 0;
}
