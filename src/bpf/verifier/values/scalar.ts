import { TNUM_UNKNOWN, type Tnum, tnumConst } from "./tnum.ts";
import { low32, low32s, S32_MAX, S32_MIN, S64_MAX, S64_MIN, s64, U32_MAX, U64_MAX, u64 } from "./wide.ts";

/**
 * What is known of a register's 64 bits while one computes with it: its bits, and its range as an unsigned and a signed
 * number of 64 bits and of the lowest 32 (the fields of `struct bpf_reg_state` from var_off to u32_max_value).
 */
export class Bounds {
  bits: Tnum;
  umin: bigint;
  umax: bigint;
  smin: bigint;
  smax: bigint;
  u32min: number;
  u32max: number;
  s32min: number;
  s32max: number;

  constructor(bits: Tnum) {
    this.bits = bits;
    this.umin = 0n;
    this.umax = U64_MAX;
    this.smin = S64_MIN;
    this.smax = S64_MAX;
    this.u32min = 0;
    this.u32max = U32_MAX;
    this.s32min = S32_MIN;
    this.s32max = S32_MAX;
  }

  forget64(): void {
    this.umin = 0n;
    this.umax = U64_MAX;
    this.smin = S64_MIN;
    this.smax = S64_MAX;
  }

  forget32(): void {
    this.u32min = 0;
    this.u32max = U32_MAX;
    this.s32min = S32_MIN;
    this.s32max = S32_MAX;
  }

  /** Makes it one number. */
  become(value: bigint): void {
    this.bits = tnumConst(value);
    this.umin = this.umax = u64(value);
    this.smin = this.smax = s64(value);
    this.become32(value);
  }

  /** Makes the 32-bit ranges one number, and nothing else. */
  become32(value: bigint): void {
    this.u32min = this.u32max = low32(value);
    this.s32min = this.s32max = low32s(value);
  }

  copy(): Bounds {
    const copy = new Bounds(this.bits);
    copy.umin = this.umin;
    copy.umax = this.umax;
    copy.smin = this.smin;
    copy.smax = this.smax;
    copy.u32min = this.u32min;
    copy.u32max = this.u32max;
    copy.s32min = this.s32min;
    copy.s32max = this.s32max;
    return copy;
  }
}

/**
 * What is known of a number. It never changes, so that states share it and results of arithmetic on the same scalars can
 * be kept.
 */
export type Scalar = Readonly<Bounds>;

export const UNKNOWN: Scalar = new Bounds(TNUM_UNKNOWN);

const SMALL = 1024;
const small: Scalar[] = [];

function construct(value: bigint): Scalar {
  const bounds = new Bounds(TNUM_UNKNOWN);
  bounds.become(value);
  return bounds;
}

/** The scalar that is one number (taken modulo 2^64). Small numbers are always the same object. */
export function constant(value: bigint): Scalar {
  if (value < 0n || value >= SMALL) return construct(value);
  const index = Number(value);
  small[index] ??= construct(value);
  return small[index];
}

export const ZERO: Scalar = constant(0n);

/** Its 32-bit ranges forgotten. */
export function without32(scalar: Scalar): Bounds {
  const copy = scalar.copy();
  copy.forget32();
  return copy;
}

export const isConstant = (a: Scalar): boolean => a.bits.mask === 0n;
export const isZero = (a: Scalar): boolean => a.bits.mask === 0n && a.bits.value === 0n;

export function sameScalar(a: Scalar, b: Scalar): boolean {
  return (
    a === b ||
    (a.bits.value === b.bits.value &&
      a.bits.mask === b.bits.mask &&
      a.umin === b.umin &&
      a.umax === b.umax &&
      a.smin === b.smin &&
      a.smax === b.smax &&
      a.u32min === b.u32min &&
      a.u32max === b.u32max &&
      a.s32min === b.s32min &&
      a.s32max === b.s32max)
  );
}

/** Whether the ranges of `outer` include those of `inner` (range_within). */
export function rangeIncludes(outer: Scalar, inner: Scalar): boolean {
  return (
    outer.umin <= inner.umin &&
    outer.umax >= inner.umax &&
    outer.smin <= inner.smin &&
    outer.smax >= inner.smax &&
    outer.u32min <= inner.u32min &&
    outer.u32max >= inner.u32max &&
    outer.s32min <= inner.s32min &&
    outer.s32max >= inner.s32max
  );
}
