import type { Instruction } from "../../isa/instruction.ts";
import type { Environment } from "../environment.ts";
import type { HostFunction } from "../host-function.ts";

/** Words of a dense instruction. */
export const STRIDE = 3;

/** Words that the registers R0 to R10 take in a value array, the lower half of each first. */
export const REGISTER_WORDS = 22;

/** Index of a register's lower half in a value array. */
export const R0 = 0;
export const R1 = 2;
export const R2 = 4;
export const R3 = 6;
export const R6 = 12;
export const R10 = 20;

/**
 * A program in the form that the interpreter runs: per slot three words,
 *
 *     operation | destination << 16   source   extra
 *
 * Destination and source are indices into a value array, where the registers come first and the program's constants
 * after them: an immediate is a register that nothing writes, so that an operation needs no second form for it. `extra`
 * is an offset, an immediate, an index into `hosts`, or the word at which a jump's target begins.
 *
 * An operation is numbered by the opcode of its register form where there is one (table OPERATION has the others).
 */
export interface DenseCode {
  readonly words: Int32Array;
  /** A value array of this program: registers 0, then its constants. */
  readonly values: Int32Array;
  /** What its calls of helpers and kernel functions reach. */
  readonly hosts: readonly HostCall[];
  /** Addresses that its references stand for: the maps that a tail call may name. */
  readonly maps: ReadonlySet<number>;
  /** The instructions, one entry a slot. */
  readonly instructions: readonly (Instruction | null)[];
  readonly environment: Environment;
}

/** A host function as a call finds it. */
export interface HostCall {
  readonly host: HostFunction;
  /** True where no bigint crosses. */
  readonly narrow: boolean;
}

/**
 * Numbers of the operations that have no opcode of their own, because opcodes share it or because they stand for more
 * than one instruction. The interpreter's switch has them as literals, which V8 turns into a jump table.
 */
export const OPERATION = {
  sdiv64: 0x100,
  smod64: 0x101,
  sdiv32: 0x102,
  smod32: 0x103,
  moveSigned8To64: 0x104,
  moveSigned16To64: 0x105,
  moveSigned32To64: 0x106,
  moveSigned8To32: 0x107,
  moveSigned16To32: 0x108,
  swap16: 0x109,
  swap32: 0x10a,
  swap64: 0x10b,
  atomic: 0x10c,
  loadAcquire: 0x10d,
  storeRelease: 0x10e,
  callLocal: 0x10f,
  tailCall: 0x110,
  lsh64By: 0x111,
  rsh64By: 0x112,
  arsh64By: 0x113,
  probe: 0x114,
} as const;
