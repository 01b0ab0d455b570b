import type { Condition } from "../../isa/instruction.ts";
import type { Bounds, Scalar } from "./scalar.ts";
import { isConst, isSubregisterConst, type Tnum, tnumSubregister, tnumsOverlap } from "./tnum.ts";
import { low32, low32s, U64_MAX } from "./wide.ts";

/** The condition that holds of (b, a) where this one holds of (a, b). */
export const FLIPPED: Readonly<Record<Condition, Condition>> = {
  eq: "eq",
  ne: "ne",
  set: "set",
  gt: "lt",
  ge: "le",
  lt: "gt",
  le: "ge",
  sgt: "slt",
  sge: "sle",
  slt: "sgt",
  sle: "sge",
};

/** Whether `a condition b`, in the lowest `width` bits, always or never holds; undefined where it may be either. */
export function decide(condition: Condition, width: 32 | 64, a: Scalar, b: Scalar): boolean | undefined {
  switch (condition) {
    case "eq":
      return equal(width, a, b);
    case "ne": {
      const answer = equal(width, a, b);
      return answer === undefined ? undefined : !answer;
    }
    case "set":
      return anyBit(width, a, b);
    default:
      return width === 64 ? ordered64(condition, a, b) : ordered32(condition, a, b);
  }
}

export const constIn = (width: 32 | 64, a: Scalar): boolean =>
  width === 64 ? isConst(a.bits) : isSubregisterConst(a.bits);

const bitsIn = (width: 32 | 64, a: Scalar): Tnum => (width === 64 ? a.bits : tnumSubregister(a.bits));

function equal(width: 32 | 64, a: Readonly<Bounds>, b: Readonly<Bounds>): boolean | undefined {
  if (constIn(width, a) && constIn(width, b))
    return width === 64 ? a.bits.value === b.bits.value : low32(a.bits.value) === low32(b.bits.value);
  if (!tnumsOverlap(bitsIn(width, a), bitsIn(width, b))) return false;
  if (width === 64) {
    if (a.umin > b.umax || a.umax < b.umin) return false;
    if (a.smin > b.smax || a.smax < b.smin) return false;
  }
  if (a.u32min > b.u32max || a.u32max < b.u32min) return false;
  if (a.s32min > b.s32max || a.s32max < b.s32min) return false;
  return undefined;
}

function anyBit(width: 32 | 64, a: Scalar, b: Scalar): boolean | undefined {
  const [unknown, known] = constIn(width, b) ? [a, b] : [b, a];
  if (!constIn(width, known)) return undefined;
  const bits = bitsIn(width, unknown);
  const wanted = bitsIn(width, known).value;
  if (((bits.mask ^ U64_MAX) & bits.value & wanted) !== 0n) return true;
  if (((bits.mask | bits.value) & wanted) === 0n) return false;
  return undefined;
}

function ordered64(condition: Condition, a: Scalar, b: Scalar): boolean | undefined {
  switch (condition) {
    case "gt":
      return a.umin > b.umax ? true : a.umax <= b.umin ? false : undefined;
    case "ge":
      return a.umin >= b.umax ? true : a.umax < b.umin ? false : undefined;
    case "lt":
      return a.umax < b.umin ? true : a.umin >= b.umax ? false : undefined;
    case "le":
      return a.umax <= b.umin ? true : a.umin > b.umax ? false : undefined;
    case "sgt":
      return a.smin > b.smax ? true : a.smax <= b.smin ? false : undefined;
    case "sge":
      return a.smin >= b.smax ? true : a.smax < b.smin ? false : undefined;
    case "slt":
      return a.smax < b.smin ? true : a.smin >= b.smax ? false : undefined;
    default:
      return a.smax <= b.smin ? true : a.smin > b.smax ? false : undefined;
  }
}

function ordered32(condition: Condition, a: Scalar, b: Scalar): boolean | undefined {
  switch (condition) {
    case "gt":
      return a.u32min > b.u32max ? true : a.u32max <= b.u32min ? false : undefined;
    case "ge":
      return a.u32min >= b.u32max ? true : a.u32max < b.u32min ? false : undefined;
    case "lt":
      return a.u32max < b.u32min ? true : a.u32min >= b.u32max ? false : undefined;
    case "le":
      return a.u32max <= b.u32min ? true : a.u32min > b.u32max ? false : undefined;
    case "sgt":
      return a.s32min > b.s32max ? true : a.s32max <= b.s32min ? false : undefined;
    case "sge":
      return a.s32min >= b.s32max ? true : a.s32max < b.s32min ? false : undefined;
    case "slt":
      return a.s32max < b.s32min ? true : a.s32min >= b.s32max ? false : undefined;
    default:
      return a.s32max <= b.s32min ? true : a.s32min > b.s32max ? false : undefined;
  }
}

/** The one number that it is in the lowest `width` bits, as the signed number that comparisons print. */
export const valueIn = (width: 32 | 64, a: Scalar): bigint =>
  width === 64 ? a.bits.value : BigInt(low32s(a.bits.value) >>> 0);
