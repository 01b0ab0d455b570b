import type { Bounds } from "./scalar.ts";
import { singleMember } from "./single-member.ts";
import {
  isConst,
  isSubregisterConst,
  tnumIntersect,
  tnumOr,
  tnumRange,
  tnumSubregister,
  tnumWithSubregister,
} from "./tnum.ts";
import { HIGH_32, low32, low32s, maxWide, minWide, S32_MAX, S32_MIN, S64_MAX, S64_MIN, s64, u64 } from "./wide.ts";

/**
 * Lets each part of what is known of a number sharpen the others, as far as Linux does (reg_bounds_sync): the ranges from
 * the bits, the ranges from each other three times over, the bits from the ranges, and the ranges from those once more.
 */
export function synchronize(a: Bounds): void {
  if (synchronizeSmall(a)) return;
  rangesFromBits(a);
  for (let round = 0; round < 3; round++) {
    deduce32(a);
    deduce64(a);
    deduceMixed(a);
  }
  bitsFromRanges(a);
  rangesFromBits(a);
}

const SMALL_MAX = 0x7fff_ffffn;

/**
 * The same for numbers below 2^31, which most are: all four ranges then mean the same, and their intersection is what the
 * rounds come to. Returns false where that does not hold or the ranges contradict each other.
 */
function synchronizeSmall(a: Bounds): boolean {
  const { value, mask } = a.bits;
  if (value > SMALL_MAX) return false;
  const highest = value | mask;
  const top = minWide(a.umax, highest);
  if (top > SMALL_MAX || a.umin > SMALL_MAX || a.smin > SMALL_MAX || a.smax < 0n) return false;
  let min = Math.max(Number(a.umin), Number(value), a.u32min, a.s32min, a.smin > 0n ? Number(a.smin) : 0);
  let max = Math.min(Number(top), a.u32max, a.s32max);
  if (a.smax < SMALL_MAX) max = Math.min(max, Number(a.smax));
  if (min > max) return false;
  const free = 2 ** (32 - Math.clz32(min ^ max)) - 1;
  const unknown = Number(mask & SMALL_MAX) & free;
  const known = (Number(value) | (min & ~free)) & ~unknown;
  min = Math.max(min, known);
  max = Math.min(max, known | unknown);
  a.bits = { value: BigInt(known), mask: BigInt(unknown) };
  if (unknown !== 0 && (unknown & (unknown + 1)) !== 0) {
    const single = singleMember(a.bits, BigInt(min), BigInt(max));
    if (single !== undefined) {
      min = max = Number(single);
      a.bits = { value: single, mask: 0n };
    }
  }
  a.u32min = a.s32min = min;
  a.u32max = a.s32max = max;
  a.umin = a.smin = BigInt(min);
  a.umax = a.smax = min === max ? a.umin : BigInt(max);
  return true;
}

/** __update_reg_bounds */
export function rangesFromBits(a: Bounds): void {
  ranges32FromBits(a);
  const { value, mask } = a.bits;
  a.smin = maxWide(a.smin, s64(value | (mask & u64(S64_MIN))));
  a.smax = minWide(a.smax, s64(value | (mask & S64_MAX)));
  a.umin = maxWide(a.umin, value);
  a.umax = minWide(a.umax, value | mask);
  const single = singleMember(a.bits, a.umin, a.umax);
  if (single !== undefined) becomeKnown(a, single);
}

/** ___mark_reg_known */
function becomeKnown(a: Bounds, value: bigint): void {
  a.bits = { value, mask: 0n };
  a.umin = a.umax = value;
  a.smin = a.smax = s64(value);
  a.u32min = a.u32max = low32(value);
  a.s32min = a.s32max = low32s(value);
}

/** __update_reg32_bounds */
export function ranges32FromBits(a: Bounds): void {
  const value = low32(a.bits.value);
  const mask = low32(a.bits.mask);
  a.s32min = Math.max(a.s32min, value | (mask & S32_MIN));
  a.s32max = Math.min(a.s32max, value | (mask & S32_MAX));
  a.u32min = Math.max(a.u32min, value);
  a.u32max = Math.min(a.u32max, (value | mask) >>> 0);
}

/** __reg32_deduce_bounds */
function deduce32(a: Bounds): void {
  const [uminLow, umaxLow] = [low32(a.umin), low32(a.umax)];
  const [uminHigh, umaxHigh] = [Number(a.umin >> 32n), Number(a.umax >> 32n)];
  if (uminHigh === umaxHigh) {
    a.u32min = Math.max(a.u32min, uminLow);
    a.u32max = Math.min(a.u32max, umaxLow);
    if ((uminLow | 0) <= (umaxLow | 0)) narrowSigned32(a, uminLow | 0, umaxLow | 0);
  }
  const [sminLow, smaxLow] = [low32(a.smin), low32(a.smax)];
  const [sminHigh, smaxHigh] = [Number(a.smin >> 32n), Number(a.smax >> 32n)];
  if (sminHigh === smaxHigh) {
    if (sminLow <= smaxLow) {
      a.u32min = Math.max(a.u32min, sminLow);
      a.u32max = Math.min(a.u32max, smaxLow);
    }
    if ((sminLow | 0) <= (smaxLow | 0)) narrowSigned32(a, sminLow | 0, smaxLow | 0);
  }
  // Neighbouring upper halves, with the lower half going from negative to positive in between.
  if ((uminHigh + 1) >>> 0 === umaxHigh && (uminLow | 0) < 0 && (umaxLow | 0) >= 0)
    narrowSigned32(a, uminLow | 0, umaxLow | 0);
  if ((sminHigh + 1) >>> 0 === smaxHigh >>> 0 && (sminLow | 0) < 0 && (smaxLow | 0) >= 0)
    narrowSigned32(a, sminLow | 0, smaxLow | 0);

  if ((a.u32min | 0) <= (a.u32max | 0)) narrowSigned32(a, a.u32min | 0, a.u32max | 0);
  const [low, high] = [a.s32min >>> 0, a.s32max >>> 0];
  if (low <= high) {
    a.u32min = Math.max(low, a.u32min);
    a.u32max = Math.min(high, a.u32max);
  } else if (a.u32max < low) {
    a.s32min = a.u32min | 0;
    a.u32max = Math.min(a.u32max, high);
  } else if (high < a.u32min) {
    a.s32max = a.u32max | 0;
    a.u32min = Math.max(a.u32min, low);
  }
}

function narrowSigned32(a: Bounds, min: number, max: number): void {
  a.s32min = Math.max(a.s32min, min);
  a.s32max = Math.min(a.s32max, max);
}

/** __reg64_deduce_bounds */
function deduce64(a: Bounds): void {
  if (s64(a.umin) <= s64(a.umax)) {
    a.smin = maxWide(a.smin, s64(a.umin));
    a.smax = minWide(a.smax, s64(a.umax));
  }
  const [low, high] = [u64(a.smin), u64(a.smax)];
  if (low <= high) {
    a.umin = maxWide(low, a.umin);
    a.umax = minWide(high, a.umax);
  } else if (a.umax < low) {
    // The unsigned range lies wholly in what the signed one has above zero.
    a.smin = s64(a.umin);
    a.umax = minWide(a.umax, high);
  } else if (high < a.umin) {
    // ... or wholly in what it has below zero.
    a.smax = s64(a.umax);
    a.umin = maxWide(a.umin, low);
  }
}

/** __reg_deduce_mixed_bounds: the lower half of a 64-bit limit can be no better than the 32-bit limits say. */
function deduceMixed(a: Bounds): void {
  narrowByLowHalf(a, BigInt(a.u32min), BigInt(a.u32max));
  const [low, high] = [a.s32min >>> 0, a.s32max >>> 0];
  if (low <= high) narrowByLowHalf(a, BigInt(low), BigInt(high));
  if (a.s32min >= 0 && a.smin >= S32_MIN && a.smax <= S32_MAX) {
    a.smin = BigInt(a.s32min);
    a.smax = BigInt(a.s32max);
    a.umin = u64(a.smin);
    a.umax = u64(a.smax);
    a.bits = tnumIntersect(a.bits, tnumRange(u64(a.smin), u64(a.smax)));
  }
}

function narrowByLowHalf(a: Bounds, low: bigint, high: bigint): void {
  a.umin = maxWide(a.umin, (a.umin & HIGH_32) | low);
  a.umax = minWide(a.umax, (a.umax & HIGH_32) | high);
  a.smin = maxWide(a.smin, s64((u64(a.smin) & HIGH_32) | low));
  a.smax = minWide(a.smax, s64((u64(a.smax) & HIGH_32) | high));
}

/** __reg_bound_offset */
function bitsFromRanges(a: Bounds): void {
  const wide = tnumIntersect(a.bits, tnumRange(a.umin, a.umax));
  const low = tnumIntersect(tnumSubregister(wide), tnumRange(BigInt(a.u32min), BigInt(a.u32max)));
  a.bits = tnumOr(tnumWithSubregister(wide, { value: 0n, mask: 0n }), low);
}

/** What is contradictory in it, in the kernel's words; undefined where nothing is (reg_bounds_sanity_check). */
export function contradictionIn(a: Readonly<Bounds>): string | undefined {
  if (a.umin > a.umax || a.smin > a.smax || a.u32min > a.u32max || a.s32min > a.s32max) return "range bounds violation";
  if (isConst(a.bits)) {
    const value = a.bits.value;
    if (a.umin !== value || a.umax !== value || a.smin !== s64(value) || a.smax !== s64(value))
      return "const tnum out of sync with range bounds";
  }
  if (isSubregisterConst(a.bits)) {
    const [value, signed] = [low32(a.bits.value), low32s(a.bits.value)];
    if (a.u32min !== value || a.u32max !== value || a.s32min !== signed || a.s32max !== signed)
      return "const subreg tnum out of sync with range bounds";
  }
  return undefined;
}

/** `a`, or where it contradicts itself its bits without any range: Linux goes on so, too. */
export function withoutContradiction(a: Readonly<Bounds>): Readonly<Bounds> {
  if (contradictionIn(a) === undefined) return a;
  const copy = a.copy();
  copy.forget64();
  copy.forget32();
  return copy;
}
