/*
 * The bit fields of an opcode (RFC 9669 section 3.1; include/uapi/linux/bpf.h).
 *
 *   arithmetic and jumps            loads and stores
 *   +--------+-+-----+              +-----+----+-----+
 *   |operation|s|class|             |mode |size|class|
 *   +--------+-+-----+              +-----+----+-----+
 *    7 . . 4  3 2 . 0                7 . 5 4 .3 2 . 0
 */

/** Lowest three bits. */
export const CLASS = { ld: 0, ldx: 1, st: 2, stx: 3, alu32: 4, jmp: 5, jmp32: 6, alu64: 7 } as const;

/** Bit 3 of arithmetic and jumps: is the second operand `imm` or a register? Byte swaps use it for the byte order. */
export const SOURCE = { imm: 0x00, register: 0x08 } as const;

/** Bits 3 and 4 of loads and stores. */
export const SIZE = { w: 0x00, h: 0x08, b: 0x10, dw: 0x18 } as const;

/** Bits 5 to 7 of loads and stores. */
export const MODE = { imm: 0x00, abs: 0x20, ind: 0x40, mem: 0x60, memsx: 0x80, atomic: 0xc0 } as const;

/**
 * Arithmetic operations. `div` and `mod` are signed where the offset is 1; `mov` extends the sign of 8, 16 or 32 bits.
 */
export const ALU = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  or: 0x40,
  and: 0x50,
  lsh: 0x60,
  rsh: 0x70,
  neg: 0x80,
  mod: 0x90,
  xor: 0xa0,
  mov: 0xb0,
  arsh: 0xc0,
  end: 0xd0,
} as const;

/** Jumps. `jcond` is Linux's conditional pseudo jump (may_goto, Linux 6.9). */
export const JUMP = {
  ja: 0x00,
  jeq: 0x10,
  jgt: 0x20,
  jge: 0x30,
  jset: 0x40,
  jne: 0x50,
  jsgt: 0x60,
  jsge: 0x70,
  call: 0x80,
  exit: 0x90,
  jlt: 0xa0,
  jle: 0xb0,
  jslt: 0xc0,
  jsle: 0xd0,
  jcond: 0xe0,
} as const;

/** What an atomic instruction does: its `imm` (RFC 9669 section 5.3; the last two since Linux 6.15). */
export const ATOMIC = {
  add: 0x00,
  or: 0x40,
  and: 0x50,
  xor: 0xa0,
  fetch: 0x01,
  xchg: 0xe1,
  cmpxchg: 0xf1,
  loadAcquire: 0x100,
  storeRelease: 0x110,
} as const;

/** `src` of a 64-bit immediate load: what the immediate stands for (RFC 9669 section 5.4; BPF_PSEUDO_*). */
export const PSEUDO = {
  value: 0,
  "map-fd": 1,
  "map-value": 2,
  "btf-id": 3,
  function: 4,
  "map-index": 5,
  "map-index-value": 6,
} as const;

/** `src` of a call: a helper's number, a function of the program, or a kernel function's BTF id. */
export const CALL = { helper: 0, local: 1, kernel: 2 } as const;

/** Offset of a 64-bit register move that makes it an arena address-space cast (BPF_ADDR_SPACE_CAST). */
export const ADDRESS_SPACE_CAST = 1;
/**
 * Offset of a 64-bit register move that makes it a per-CPU address; only the kernel itself writes it (BPF_ADDR_PERCPU).
 */
export const PERCPU_ADDRESS = -1;

/** Opcode of the first half of a 64-bit immediate load, the only instruction of 16 bytes. */
export const LOAD_IMMEDIATE_64 = CLASS.ld | MODE.imm | SIZE.dw;

/** Registers are R0 to R10; R10 is the frame pointer. */
export const REGISTERS = 11;
