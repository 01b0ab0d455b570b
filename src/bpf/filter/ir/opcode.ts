/** Opcodes of classic BPF by what they do; operands as in bpf_asm. */
export const OP = {
  LD_IMM: 0x00,
  LD_MEM: 0x60,
  LD_LEN: 0x80,
  LDX_IMM: 0x01,
  LDX_MEM: 0x61,
  /** `ldxb 4*([k]&0xf)` */
  LDX_MSH: 0xb1,
  ST: 0x02,
  STX: 0x03,
  TAX: 0x07,
  TXA: 0x87,
  NEG: 0x84,
  JA: 0x05,
  RET_K: 0x06,
} as const;

/** Arithmetic on A, without the bit that tells the operand's source. */
export const ALU = {
  ADD: 0x04,
  SUB: 0x14,
  MUL: 0x24,
  DIV: 0x34,
  OR: 0x44,
  AND: 0x54,
  LSH: 0x64,
  RSH: 0x74,
  MOD: 0x94,
  XOR: 0xa4,
} as const;

/** Comparisons with A, without that bit. */
export const JUMP = { EQ: 0x15, GT: 0x25, GE: 0x35, SET: 0x45 } as const;

/** The operand is X, not k. */
export const SOURCE_X = 0x08;

/** Bytes of a load. */
export type Size = 1 | 2 | 4;

const SIZE_BITS: Readonly<Record<Size, number>> = { 1: 0x10, 2: 0x08, 4: 0x00 };
const SIZE_MASK = 0x18;
const ABSOLUTE = 0x20;
const INDIRECT = 0x40;

/** `ld [k]` */
export function absoluteLoad(size: Size): number {
  return ABSOLUTE | SIZE_BITS[size];
}

/** `ld [x + k]` */
export function indirectLoad(size: Size): number {
  return INDIRECT | SIZE_BITS[size];
}

/** The absolute load of the same size. */
export function madeAbsolute(code: number): number {
  return ABSOLUTE | (code & SIZE_MASK);
}

const CLASS_MASK = 0x07;
const MODE_MASK = 0xe0;

export const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, RET: 6, MISC: 7 } as const;

/** Class of an opcode: one of CLASS. */
export function classOf(code: number): number {
  return code & CLASS_MASK;
}

/** Whether the opcode loads relative to X. */
export function isIndirect(code: number): boolean {
  return (code & MODE_MASK) === INDIRECT;
}

/** Whether it loads a scratch slot. */
export function isMemory(code: number): boolean {
  return (code & MODE_MASK) === 0x60;
}
