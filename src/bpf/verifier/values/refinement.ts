import type { Condition } from "../../isa/instruction.ts";
import { constIn, FLIPPED, valueIn } from "./comparison.ts";
import type { Bounds, Scalar } from "./scalar.ts";
import { synchronize, withoutContradiction } from "./synchronize.ts";
import { tnumAnd, tnumIntersect, tnumOr, tnumSubregister, tnumWithSubregister } from "./tnum.ts";
import { low32, low32s, maxWide, minWide, s64, U64_MAX, u64 } from "./wide.ts";

/** What both sides of a comparison are known to be where it holds, and where it does not. */
export interface Refined {
  readonly holds: readonly [Scalar, Scalar];
  readonly fails: readonly [Scalar, Scalar];
}

/** Comparisons with the negation of `set`, which no instruction has. */
type Relation = Condition | "clear";

const OPPOSITE: Readonly<Record<Condition, Relation>> = {
  eq: "ne",
  ne: "eq",
  set: "clear",
  gt: "le",
  ge: "lt",
  lt: "ge",
  le: "gt",
  sgt: "sle",
  sge: "slt",
  slt: "sge",
  sle: "sgt",
};

/**
 * What `a condition b`, compared in the lowest `width` bits, tells of a and b (reg_set_min_max). A register may be compared
 * with itself; what is found out about one side then counts at once for the other.
 */
export function refine(condition: Condition, width: 32 | 64, a: Scalar, b: Scalar, isItself = false): Refined {
  return {
    holds: suppose(condition, width, a, b, isItself),
    fails: suppose(OPPOSITE[condition], width, a, b, isItself),
  };
}

function suppose(relation: Relation, width: 32 | 64, a: Scalar, b: Scalar, isItself: boolean): [Scalar, Scalar] {
  const x = a.copy();
  const y = isItself ? x : b.copy();
  relate(relation, width, x, y);
  synchronize(x);
  synchronize(y);
  return [withoutContradiction(x), withoutContradiction(y)];
}

/** regs_refine_cond_op */
function relate(relation: Relation, width: 32 | 64, a: Bounds, b: Bounds): void {
  switch (relation) {
    case "ge":
    case "gt":
    case "sge":
    case "sgt":
      relate(FLIPPED[relation], width, b, a);
      return;
    case "eq":
      if (width === 64) equate64(a, b);
      else equate32(a, b);
      return;
    case "ne":
      exclude(width, ...(constIn(width, b) ? ([a, b] as const) : ([b, a] as const)));
      return;
    case "set":
    case "clear": {
      const [unknown, known] = constIn(width, b) ? [a, b] : [b, a];
      if (constIn(width, known)) relateBits(relation, width, unknown, valueIn(width, known));
      return;
    }
    case "le":
    case "lt":
      if (width === 64) orderUnsigned64(a, b, relation === "lt" ? 1n : 0n);
      else orderUnsigned32(a, b, relation === "lt" ? 1 : 0);
      return;
    case "sle":
    case "slt":
      if (width === 64) orderSigned64(a, b, relation === "slt" ? 1n : 0n);
      else orderSigned32(a, b, relation === "slt" ? 1 : 0);
  }
}

function equate64(a: Bounds, b: Bounds): void {
  a.umin = b.umin = maxWide(a.umin, b.umin);
  a.umax = b.umax = minWide(a.umax, b.umax);
  a.smin = b.smin = maxWide(a.smin, b.smin);
  a.smax = b.smax = minWide(a.smax, b.smax);
  a.bits = b.bits = tnumIntersect(a.bits, b.bits);
}

function equate32(a: Bounds, b: Bounds): void {
  a.u32min = b.u32min = Math.max(a.u32min, b.u32min);
  a.u32max = b.u32max = Math.min(a.u32max, b.u32max);
  a.s32min = b.s32min = Math.max(a.s32min, b.s32min);
  a.s32max = b.s32max = Math.min(a.s32max, b.s32max);
  const bits = tnumIntersect(tnumSubregister(a.bits), tnumSubregister(b.bits));
  a.bits = tnumWithSubregister(a.bits, bits);
  b.bits = tnumWithSubregister(b.bits, bits);
}

/** Takes a number away from the ends of the ranges of `a`. */
function exclude(width: 32 | 64, a: Bounds, known: Scalar): void {
  if (!constIn(width, known)) return;
  if (width === 64) {
    const value = known.bits.value;
    if (a.umin === value) a.umin = u64(a.umin + 1n);
    if (a.umax === value) a.umax = u64(a.umax - 1n);
    if (a.smin === s64(value)) a.smin = s64(a.smin + 1n);
    if (a.smax === s64(value)) a.smax = s64(a.smax - 1n);
    return;
  }
  const [value, signed] = [low32(known.bits.value), low32s(known.bits.value)];
  if (a.u32min === value) a.u32min = (a.u32min + 1) >>> 0;
  if (a.u32max === value) a.u32max = (a.u32max - 1) >>> 0;
  if (a.s32min === signed) a.s32min = (a.s32min + 1) | 0;
  if (a.s32max === signed) a.s32max = (a.s32max - 1) | 0;
}

/** A set bit is known only where the mask has one bit; a clear mask makes the ranges start anew from the bits. */
function relateBits(relation: "set" | "clear", width: 32 | 64, a: Bounds, mask: bigint): void {
  if (relation === "set") {
    if (mask === 0n || (mask & (mask - 1n)) !== 0n) return;
    a.bits = tnumOr(a.bits, { value: mask, mask: 0n });
    return;
  }
  a.forget64();
  a.forget32();
  const cleared = { value: mask ^ U64_MAX, mask: 0n };
  if (width === 64) a.bits = tnumAnd(a.bits, cleared);
  else a.bits = tnumWithSubregister(a.bits, tnumAnd(tnumSubregister(a.bits), cleared));
}

/** a + gap <= b */
function orderUnsigned64(a: Bounds, b: Bounds, gap: bigint): void {
  a.umax = minWide(a.umax, u64(b.umax - gap));
  b.umin = maxWide(u64(a.umin + gap), b.umin);
}

function orderSigned64(a: Bounds, b: Bounds, gap: bigint): void {
  a.smax = minWide(a.smax, s64(b.smax - gap));
  b.smin = maxWide(s64(a.smin + gap), b.smin);
}

function orderUnsigned32(a: Bounds, b: Bounds, gap: number): void {
  a.u32max = Math.min(a.u32max, (b.u32max - gap) >>> 0);
  b.u32min = Math.max((a.u32min + gap) >>> 0, b.u32min);
}

function orderSigned32(a: Bounds, b: Bounds, gap: number): void {
  a.s32max = Math.min(a.s32max, (b.s32max - gap) | 0);
  b.s32min = Math.max((a.s32min + gap) | 0, b.s32min);
}
