import { HIGH_32, LOW_32, U64_MAX, u64, widthOf } from "./wide.ts";

/**
 * A tristate number, 64 bits of which each is 0, 1 or unknown: `mask` has the unknown bits, `value` the others' (its unknown
 * bits are 0). Both are unsigned. Linux: kernel/bpf/tnum.c, whose results these functions give.
 */
export interface Tnum {
  readonly value: bigint;
  readonly mask: bigint;
}

const tnum = (value: bigint, mask: bigint): Tnum => ({ value, mask });

export const TNUM_UNKNOWN: Tnum = tnum(0n, U64_MAX);
export const TNUM_ZERO: Tnum = tnum(0n, 0n);

export const tnumConst = (value: bigint): Tnum => tnum(u64(value), 0n);
export const isConst = (a: Tnum): boolean => a.mask === 0n;
/** Whether its lowest 32 bits are known. */
export const isSubregisterConst = (a: Tnum): boolean => (a.mask & LOW_32) === 0n;

/** The smallest tnum that holds every number from `min` to `max` (unsigned). */
export function tnumRange(min: bigint, max: bigint): Tnum {
  const bits = widthOf(min ^ max);
  if (bits > 63) return TNUM_UNKNOWN;
  const delta = (1n << BigInt(bits)) - 1n;
  return tnum(min & (delta ^ U64_MAX), delta);
}

export function tnumAdd(a: Tnum, b: Tnum): Tnum {
  const sum = u64(a.value + b.value);
  const highest = u64(a.mask + b.mask + sum);
  const unknown = (highest ^ sum) | a.mask | b.mask;
  return tnum(sum & (unknown ^ U64_MAX), unknown);
}

export function tnumSub(a: Tnum, b: Tnum): Tnum {
  const difference = u64(a.value - b.value);
  const highest = u64(difference + a.mask);
  const lowest = u64(difference - b.mask);
  const unknown = (highest ^ lowest) | a.mask | b.mask;
  return tnum(difference & (unknown ^ U64_MAX), unknown);
}

export function tnumAnd(a: Tnum, b: Tnum): Tnum {
  const ones = a.value & b.value;
  return tnum(ones, (a.value | a.mask) & (b.value | b.mask) & (ones ^ U64_MAX));
}

export function tnumOr(a: Tnum, b: Tnum): Tnum {
  const ones = a.value | b.value;
  return tnum(ones, (a.mask | b.mask) & (ones ^ U64_MAX));
}

export function tnumXor(a: Tnum, b: Tnum): Tnum {
  const unknown = a.mask | b.mask;
  return tnum((a.value ^ b.value) & (unknown ^ U64_MAX), unknown);
}

export const tnumShiftLeft = (a: Tnum, bits: bigint): Tnum => tnum(u64(a.value << bits), u64(a.mask << bits));
export const tnumShiftRight = (a: Tnum, bits: bigint): Tnum => tnum(a.value >> bits, a.mask >> bits);

/** Arithmetic shift of the lowest 32 bits or of all 64; unknown sign bits stay unknown. */
export function tnumShiftArithmetic(a: Tnum, bits: bigint, width: 32 | 64): Tnum {
  const shift = (field: bigint): bigint => BigInt.asUintN(width, BigInt.asIntN(width, field) >> bits);
  return tnum(shift(a.value), shift(a.mask));
}

/** Holds what either holds. */
export function tnumUnion(a: Tnum, b: Tnum): Tnum {
  const unknown = (a.value ^ b.value) | a.mask | b.mask;
  return tnum(a.value & b.value & (unknown ^ U64_MAX), unknown);
}

/** Long multiplication; an unknown bit of `a` joins the sums with and without `b` (Linux 6.18; older ones are coarser). */
export function tnumMul(a: Tnum, b: Tnum): Tnum {
  let sum = TNUM_ZERO;
  let multiplier = a;
  let addend = b;
  while ((multiplier.value | multiplier.mask) !== 0n) {
    if ((multiplier.value & 1n) !== 0n) sum = tnumAdd(sum, addend);
    else if ((multiplier.mask & 1n) !== 0n) sum = tnumUnion(sum, tnumAdd(sum, addend));
    multiplier = tnumShiftRight(multiplier, 1n);
    addend = tnumShiftLeft(addend, 1n);
  }
  return sum;
}

/** What both agree on; meaningless where they have no number in common. */
export function tnumIntersect(a: Tnum, b: Tnum): Tnum {
  const unknown = a.mask & b.mask;
  return tnum((a.value | b.value) & (unknown ^ U64_MAX), unknown);
}

/** Whether they have a number in common. */
export function tnumsOverlap(a: Tnum, b: Tnum): boolean {
  const known = (a.mask | b.mask) ^ U64_MAX;
  return (a.value & known) === (b.value & known);
}

/** Whether `outer` holds every number that `inner` holds. */
export function tnumContains(outer: Tnum, inner: Tnum): boolean {
  const known = outer.mask ^ U64_MAX;
  return (inner.mask & known) === 0n && (inner.value & known) === outer.value;
}

export const tnumSubregister = (a: Tnum): Tnum => tnum(a.value & LOW_32, a.mask & LOW_32);
/** `a` with the lowest 32 bits of `low`. */
export const tnumWithSubregister = (a: Tnum, low: Tnum): Tnum =>
  tnum((a.value & HIGH_32) | (low.value & LOW_32), (a.mask & HIGH_32) | (low.mask & LOW_32));
/** The lowest `bytes` bytes, the rest 0. */
export const tnumCast = (a: Tnum, bytes: number): Tnum =>
  tnum(BigInt.asUintN(bytes * 8, a.value), BigInt.asUintN(bytes * 8, a.mask));

/** Whether every number that it holds is a multiple of `bytes`, a power of two. */
export const isAligned = (a: Tnum, bytes: number): boolean => ((a.value | a.mask) & BigInt(bytes - 1)) === 0n;

/** `(0x10; 0xff)`: value and mask, as the kernel prints them; a known number alone, in hexadecimal beyond 16 bits. */
export function tnumText(a: Tnum): string {
  const value = `0x${a.value.toString(16)}`;
  if (a.mask !== 0n) return `(${value}; 0x${a.mask.toString(16)})`;
  return a.value <= 0xffffn ? a.value.toString() : value;
}
