import type { Bounds, Scalar } from "./scalar.ts";
import { rangesFromBits } from "./synchronize.ts";
import { isConst, isSubregisterConst } from "./tnum.ts";
import { low32, maxWide, minWide, s64 } from "./wide.ts";

/** Ranges of `a & b`; `a.bits` are the result's already, as in the two functions below. */
export function boundAnd(a: Bounds, b: Scalar): void {
  if (!settle32(a, b)) setUnsigned32(a, low32(a.bits.value), Math.min(a.u32max, b.u32max));
  if (!settle64(a, b)) setUnsigned64(a, a.bits.value, minWide(a.umax, b.umax));
}

export function boundOr(a: Bounds, b: Scalar): void {
  if (!settle32(a, b)) setUnsigned32(a, Math.max(a.u32min, b.u32min), low32(a.bits.value | a.bits.mask));
  if (!settle64(a, b)) setUnsigned64(a, maxWide(a.umin, b.umin), a.bits.value | a.bits.mask);
}

export function boundXor(a: Bounds, b: Scalar): void {
  if (!settle32(a, b)) setUnsigned32(a, low32(a.bits.value), low32(a.bits.value | a.bits.mask));
  if (!settle64(a, b)) setUnsigned64(a, a.bits.value, a.bits.value | a.bits.mask);
}

function settle32(a: Bounds, b: Scalar): boolean {
  const known = isSubregisterConst(a.bits) && isSubregisterConst(b.bits);
  if (known) a.become32(a.bits.value);
  return known;
}

function settle64(a: Bounds, b: Scalar): boolean {
  const known = isConst(a.bits) && isConst(b.bits);
  if (known) a.become(a.bits.value);
  return known;
}

/** The signed range follows where the unsigned one does not cross the sign. */
function setUnsigned32(a: Bounds, min: number, max: number): void {
  const { s32min, s32max } = { s32min: min | 0, s32max: max | 0 };
  a.forget32();
  a.u32min = min;
  a.u32max = max;
  if (s32min <= s32max) {
    a.s32min = s32min;
    a.s32max = s32max;
  }
}

function setUnsigned64(a: Bounds, min: bigint, max: bigint): void {
  a.forget64();
  a.umin = min;
  a.umax = max;
  if (s64(min) <= s64(max)) {
    a.smin = s64(min);
    a.smax = s64(max);
  }
  rangesFromBits(a);
}
