import type { Bounds, Scalar } from "./scalar.ts";
import { ranges32FromBits, rangesFromBits } from "./synchronize.ts";
import { tnumShiftArithmetic, tnumShiftLeft, tnumShiftRight, tnumSubregister } from "./tnum.ts";
import { low32, S32_MAX, S32_MIN, S64_MAX, S64_MIN, U32_MAX, U64_MAX, u64 } from "./wide.ts";

/** Ranges and bits of shifts by a known amount that is below `width`. */
export function shiftLeft(a: Bounds, amount: Scalar, width: 32 | 64): void {
  if (width === 32) {
    const bits = BigInt(amount.u32min);
    shiftLeft32(a, amount.u32min);
    a.bits = tnumSubregister(tnumShiftLeft(tnumSubregister(a.bits), bits));
    a.forget64();
    ranges32FromBits(a);
    return;
  }
  const bits = amount.umin;
  // Compilers extend signs by << 32, s>> 32.
  a.smax = bits === 32n ? BigInt(a.s32max) << 32n : S64_MAX;
  a.smin = bits === 32n ? BigInt(a.s32min) << 32n : S64_MIN;
  if (a.umax > 1n << (63n - bits)) {
    a.umin = 0n;
    a.umax = U64_MAX;
  } else {
    a.umin = u64(a.umin << bits);
    a.umax = u64(a.umax << bits);
  }
  shiftLeft32(a, Number(bits));
  a.bits = tnumShiftLeft(a.bits, bits);
  rangesFromBits(a);
}

function shiftLeft32(a: Bounds, bits: number): void {
  a.s32min = S32_MIN;
  a.s32max = S32_MAX;
  if (bits > 31 || a.u32max > 2 ** (31 - bits)) {
    a.u32min = 0;
    a.u32max = U32_MAX;
  } else {
    a.u32min = (a.u32min << bits) >>> 0;
    a.u32max = (a.u32max << bits) >>> 0;
  }
}

export function shiftRight(a: Bounds, amount: Scalar, width: 32 | 64): void {
  if (width === 32) {
    const bits = amount.u32min;
    a.s32min = S32_MIN;
    a.s32max = S32_MAX;
    a.bits = tnumShiftRight(tnumSubregister(a.bits), BigInt(bits));
    a.u32min = a.u32min >>> bits;
    a.u32max = a.u32max >>> bits;
    a.forget64();
    ranges32FromBits(a);
    return;
  }
  const bits = amount.umin;
  a.smin = S64_MIN;
  a.smax = S64_MAX;
  a.bits = tnumShiftRight(a.bits, bits);
  a.umin >>= bits;
  a.umax >>= bits;
  a.forget32();
  rangesFromBits(a);
}

export function shiftRightArithmetic(a: Bounds, amount: Scalar, width: 32 | 64): void {
  const bits = amount.umin;
  if (width === 32) {
    const count = low32(bits);
    a.s32min >>= count;
    a.s32max >>= count;
    a.bits = tnumShiftArithmetic(tnumSubregister(a.bits), bits, 32);
    a.u32min = 0;
    a.u32max = U32_MAX;
    a.forget64();
    ranges32FromBits(a);
    return;
  }
  a.smin >>= bits;
  a.smax >>= bits;
  a.bits = tnumShiftArithmetic(a.bits, bits, 64);
  a.umin = 0n;
  a.umax = U64_MAX;
  a.forget32();
  rangesFromBits(a);
}
