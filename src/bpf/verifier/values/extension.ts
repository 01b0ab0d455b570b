import { type Bounds, type Scalar, UNKNOWN } from "./scalar.ts";
import { contradictionIn, synchronize } from "./synchronize.ts";
import { isConst, TNUM_UNKNOWN, tnumCast, tnumConst, tnumRange, tnumSubregister } from "./tnum.ts";
import { LOW_32, S64_MAX, S64_MIN, U32_MAX, U64_MAX, u64 } from "./wide.ts";

/** Takes the lowest 32 bits for the whole number (zext_32_to_64); ranges are not synchronized yet. */
export function widenFrom32(a: Bounds): void {
  a.bits = tnumSubregister(a.bits);
  a.umin = BigInt(a.u32min);
  a.umax = BigInt(a.u32max);
  const positive = a.s32min >= 0 && a.s32max >= 0;
  a.smin = positive ? BigInt(a.s32min) : 0n;
  a.smax = positive ? BigInt(a.s32max) : BigInt(U32_MAX);
}

/** The lowest 32 bits, zero-extended. */
export function zeroExtend32(a: Scalar): Scalar {
  const result = a.copy();
  widenFrom32(result);
  synchronize(result);
  return result;
}

const MAXIMUM: Readonly<Record<1 | 2 | 4, bigint>> = { 1: 0xffn, 2: 0xffffn, 4: LOW_32 };

/** The lowest `bytes` bytes, zero-extended (coerce_reg_to_size). */
export function truncate(a: Scalar, bytes: 1 | 2 | 4): Scalar {
  if (a === UNKNOWN) return TRUNCATED[bytes];
  // A number that fits is what it was, and all of its ranges say so already.
  if (isConst(a.bits) && a.bits.value <= MAXIMUM[bytes] && contradictionIn(a) === undefined) return a;
  return truncated(a, bytes);
}

function truncated(a: Scalar, bytes: 1 | 2 | 4): Scalar {
  const result = a.copy();
  result.bits = tnumCast(a.bits, bytes);
  const mask = (1n << BigInt(bytes * 8)) - 1n;
  if ((a.umin & ~mask) === (a.umax & ~mask)) {
    result.umin = a.umin & mask;
    result.umax = a.umax & mask;
  } else {
    result.umin = 0n;
    result.umax = mask;
  }
  result.smin = result.umin;
  result.smax = result.umax;
  if (bytes < 4) result.forget32();
  synchronize(result);
  return result;
}

const TRUNCATED: Readonly<Record<1 | 2 | 4, Scalar>> = {
  1: truncated(UNKNOWN, 1),
  2: truncated(UNKNOWN, 2),
  4: truncated(UNKNOWN, 4),
};

/** The lowest `bytes` bytes, sign-extended to 64 bits (coerce_reg_to_size_sx). */
export function signExtend64(a: Scalar, bytes: 1 | 2 | 4): Scalar {
  const result = a.copy();
  const width = bytes * 8;
  if (isConst(a.bits)) {
    result.become(BigInt.asIntN(width, a.bits.value));
    return result;
  }
  const shift = BigInt(width);
  if (u64(a.smax) >> shift === u64(a.smin) >> shift) {
    const [x, y] = [BigInt.asIntN(width, a.smax), BigInt.asIntN(width, a.smin)];
    const [min, max] = x < y ? [x, y] : [y, x];
    if (min >= 0n === max >= 0n) {
      result.smin = min;
      result.smax = max;
      result.umin = u64(min);
      result.umax = u64(max);
      result.s32min = Number(BigInt.asIntN(32, min));
      result.s32max = Number(BigInt.asIntN(32, max));
      result.u32min = result.s32min >>> 0;
      result.u32max = result.s32max >>> 0;
      result.bits = tnumRange(u64(min), u64(max));
      return result;
    }
  }
  const limit = 1n << (shift - 1n);
  result.smin = -limit;
  result.smax = limit - 1n;
  result.s32min = Number(-limit);
  result.s32max = Number(limit - 1n);
  result.umin = 0n;
  result.umax = U64_MAX;
  result.u32min = 0;
  result.u32max = U32_MAX;
  result.bits = TNUM_UNKNOWN;
  return result;
}

/** The lowest `bytes` bytes, sign-extended to 32 bits and then zero-extended (coerce_subreg_to_size_sx). */
export function signExtend32(a: Scalar, bytes: 1 | 2): Scalar {
  const result = a.copy();
  extendIn32(result, bytes);
  widenFrom32(result);
  synchronize(result);
  return result;
}

function extendIn32(a: Bounds, bytes: 1 | 2): void {
  const width = bytes * 8;
  const extend = (value: number): number => (value << (32 - width)) >> (32 - width);
  if (isConst(a.bits)) {
    const value = Number(BigInt.asIntN(width, a.bits.value));
    a.bits = tnumConst(BigInt(value));
    a.become32(BigInt(value));
    return;
  }
  if (a.s32max >>> width === a.s32min >>> width) {
    const [x, y] = [extend(a.s32max), extend(a.s32min)];
    const [min, max] = x < y ? [x, y] : [y, x];
    if (min >= 0 === max >= 0) {
      a.s32min = min;
      a.s32max = max;
      a.u32min = min >>> 0;
      a.u32max = max >>> 0;
      a.bits = tnumSubregister(tnumRange(u64(BigInt(min)), u64(BigInt(max))));
      return;
    }
  }
  a.s32min = -(2 ** (width - 1));
  a.s32max = 2 ** (width - 1) - 1;
  a.u32min = 0;
  a.u32max = U32_MAX;
  a.bits = tnumSubregister(TNUM_UNKNOWN);
}

/** A number of which only the signed range is known. */
export function signedRange(min: bigint, max: bigint): Scalar {
  const result = UNKNOWN.copy();
  result.smin = min > S64_MIN ? min : S64_MIN;
  result.smax = max < S64_MAX ? max : S64_MAX;
  result.s32min = Number(min);
  result.s32max = Number(max);
  synchronize(result);
  return result;
}
