import type { VerifierMap } from "../map.ts";
import { type Scalar, sameScalar, UNKNOWN, ZERO } from "../values/scalar.ts";
import { TYPE } from "./register-type.ts";
import type { StructType } from "./struct-type.ts";

/**
 * Set in the id of a scalar that is another one of the same id plus its `offset`: the sum was made in 64 bits, or in 32 and
 * the upper half is zero.
 */
export const SUM_64 = 0x8000_0000;
export const SUM_32 = 0x4000_0000;
const SUM = 0xc000_0000;
/** An id without what says of a sum, and that alone. */
export const familyOf = (id: number): number => (id & ~SUM) >>> 0;
export const sumOf = (id: number): number => (id & SUM) >>> 0;
/** `range` of a packet pointer that was compared and lies at, or beyond, the packet's end. */
export const AT_PACKET_END = -1;
export const BEYOND_PACKET_END = -2;

/** What a register or a spilled register holds. It never changes: states share it. */
export interface Register {
  /** One of TYPE with FLAGs. */
  readonly type: number;
  /** A scalar's value, or the variable part of a pointer's offset. */
  readonly scalar: Scalar;
  /** The constant part of a pointer's offset; of a sum, what was added. Signed, 32 bits. */
  readonly offset: number;
  /**
   * Registers with the same id are known to hold the same value (scalars), to be the same pointer that may be null, or to
   * point into the packet with the same variable offset; 0 for none.
   */
  readonly id: number;
  /** Id of the acquired reference that it belongs to; 0 for none. */
  readonly reference: number;
  /** The map of map pointers, of pointers to map values and to map keys. */
  readonly map: VerifierMap | null;
  /** Tells apart the inner maps that different look-ups found. */
  readonly mapUid: number;
  /**
   * By type: bytes of the packet known to lie behind `id`'s base (packet pointers), the frame that it points into (stack
   * pointers), size in bytes (memory), the function (function pointers).
   */
  readonly extent: number;
  /** What a pointer to a struct points to. */
  readonly struct: StructType | null;
  /** Id of the dynptr that memory is a part of; 0 for none. */
  readonly dynptr: number;
}

export const NOT_INIT: Register = {
  type: TYPE.notInit,
  scalar: ZERO,
  offset: 0,
  id: 0,
  reference: 0,
  map: null,
  mapUid: 0,
  extent: 0,
  struct: null,
  dynptr: 0,
};

export const UNKNOWN_SCALAR: Register = { ...NOT_INIT, type: TYPE.scalar, scalar: UNKNOWN };

export const scalarRegister = (scalar: Scalar): Register =>
  scalar === UNKNOWN ? UNKNOWN_SCALAR : { ...NOT_INIT, type: TYPE.scalar, scalar };

/** A pointer to the beginning of something. */
export const pointer = (type: number, rest: Partial<Register> = {}): Register => ({ ...NOT_INIT, type, ...rest });

/** A scalar without its bonds to others. */
export const unlinked = (register: Register): Register =>
  register.id === 0 && register.offset === 0 ? register : { ...register, id: 0, offset: 0 };

export const isNull = (register: Register): boolean =>
  register.type === TYPE.scalar && register.scalar.bits.mask === 0n && register.scalar.bits.value === 0n;

/** Whether they are the same but for ids and references (the memcmp of regs_exact). */
export function sameExceptIds(a: Register, b: Register): boolean {
  return (
    a === b ||
    (a.type === b.type &&
      a.offset === b.offset &&
      a.map === b.map &&
      a.mapUid === b.mapUid &&
      a.extent === b.extent &&
      a.struct === b.struct &&
      a.dynptr === b.dynptr &&
      sameScalar(a.scalar, b.scalar))
  );
}
