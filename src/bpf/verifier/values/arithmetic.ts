import type { AluOperation } from "../../isa/instruction.ts";
import { boundAnd, boundOr, boundXor } from "./bitwise.ts";
import { widenFrom32 } from "./extension.ts";
import { type Bounds, constant, isConstant, type Scalar, UNKNOWN, ZERO } from "./scalar.ts";
import { shiftLeft, shiftRight, shiftRightArithmetic } from "./shift.ts";
import { synchronize } from "./synchronize.ts";
import { isSubregisterConst, tnumAdd, tnumAnd, tnumMul, tnumOr, tnumSub, tnumXor } from "./tnum.ts";
import { maxWide, minWide, S32_MAX, S32_MIN, S64_MAX, S64_MIN, U32_MAX, U64_MAX } from "./wide.ts";

/**
 * What is known of `a operation b` (adjust_scalar_min_max_vals). Division, remainders and shifts by an unknown or too large
 * amount give nothing, as in Linux.
 */
export function compute(operation: AluOperation, width: 32 | 64, a: Scalar, b: Scalar): Scalar {
  if (!isComputable(operation, width, b)) return UNKNOWN;
  if (width === 64 && isConstant(a) && isConstant(b)) return constant(computeConstants(operation, a, b));
  const result = a.copy();
  apply(operation, width, result, b);
  if (width === 32) widenFrom32(result);
  synchronize(result);
  return result;
}

/** -a */
export function negate(width: 32 | 64, a: Scalar): Scalar {
  return compute("sub", width, ZERO, a);
}

/** is_safe_to_compute_dst_reg_range */
export function isComputable(operation: AluOperation, width: 32 | 64, b: Scalar): boolean {
  switch (operation) {
    case "add":
    case "sub":
    case "and":
    case "xor":
    case "or":
    case "mul":
      return true;
    case "lsh":
    case "rsh":
    case "arsh": {
      const known =
        width === 64
          ? isConstant(b) && b.smin === b.smax && b.umin === b.umax
          : isSubregisterConst(b.bits) && b.s32min === b.s32max && b.u32min === b.u32max;
      return known && b.umax < width;
    }
    default:
      return false;
  }
}

/** 64-bit results of two numbers: the general rules come to the same, at many times the cost. */
function computeConstants(operation: AluOperation, a: Scalar, b: Scalar): bigint {
  switch (operation) {
    case "add":
      return a.umin + b.umin;
    case "sub":
      return a.umin - b.umin;
    case "mul":
      return a.umin * b.umin;
    case "and":
      return a.umin & b.umin;
    case "or":
      return a.umin | b.umin;
    case "xor":
      return a.umin ^ b.umin;
    case "lsh":
      return a.umin << b.umin;
    case "rsh":
      return a.umin >> b.umin;
    default:
      return a.smin >> b.umin;
  }
}

function apply(operation: AluOperation, width: 32 | 64, a: Bounds, b: Scalar): void {
  switch (operation) {
    case "add":
      addBounds(a, b);
      a.bits = tnumAdd(a.bits, b.bits);
      break;
    case "sub":
      subtractBounds(a, b);
      a.bits = tnumSub(a.bits, b.bits);
      break;
    case "mul":
      a.bits = tnumMul(a.bits, b.bits);
      multiplyBounds(a, b);
      break;
    case "and":
      a.bits = tnumAnd(a.bits, b.bits);
      boundAnd(a, b);
      break;
    case "or":
      a.bits = tnumOr(a.bits, b.bits);
      boundOr(a, b);
      break;
    case "xor":
      a.bits = tnumXor(a.bits, b.bits);
      boundXor(a, b);
      break;
    case "lsh":
      shiftLeft(a, b, width);
      break;
    case "rsh":
      shiftRight(a, b, width);
      break;
    default:
      shiftRightArithmetic(a, b, width);
  }
}

/** Ranges of a sum; they stay where either no sum or every sum wraps round. */
export function addBounds(a: Bounds, b: Scalar): void {
  const [s32min, s32max] = [a.s32min + b.s32min, a.s32max + b.s32max];
  const fits32 = s32min >= S32_MIN && s32max <= S32_MAX && s32min <= S32_MAX && s32max >= S32_MIN;
  a.s32min = fits32 ? s32min : S32_MIN;
  a.s32max = fits32 ? s32max : S32_MAX;
  const [u32min, u32max] = [a.u32min + b.u32min, a.u32max + b.u32max];
  const some32 = u32min <= U32_MAX && u32max > U32_MAX;
  a.u32min = some32 ? 0 : u32min >>> 0;
  a.u32max = some32 ? U32_MAX : u32max >>> 0;
  setSigned(a, a.smin + b.smin, a.smax + b.smax);
  const [umin, umax] = [a.umin + b.umin, a.umax + b.umax];
  const some = umin <= U64_MAX && umax > U64_MAX;
  a.umin = some ? 0n : BigInt.asUintN(64, umin);
  a.umax = some ? U64_MAX : BigInt.asUintN(64, umax);
}

function subtractBounds(a: Bounds, b: Scalar): void {
  const [s32min, s32max] = [a.s32min - b.s32max, a.s32max - b.s32min];
  const fits32 = s32min >= S32_MIN && s32max <= S32_MAX && s32min <= S32_MAX && s32max >= S32_MIN;
  a.s32min = fits32 ? s32min : S32_MIN;
  a.s32max = fits32 ? s32max : S32_MAX;
  const [u32min, u32max] = [a.u32min - b.u32max, a.u32max - b.u32min];
  const some32 = u32min < 0 && u32max >= 0;
  a.u32min = some32 ? 0 : u32min >>> 0;
  a.u32max = some32 ? U32_MAX : u32max >>> 0;
  setSigned(a, a.smin - b.smax, a.smax - b.smin);
  const [umin, umax] = [a.umin - b.umax, a.umax - b.umin];
  const some = umin < 0n && umax >= 0n;
  a.umin = some ? 0n : BigInt.asUintN(64, umin);
  a.umax = some ? U64_MAX : BigInt.asUintN(64, umax);
}

function multiplyBounds(a: Bounds, b: Scalar): void {
  const products32 = [a.s32min * b.s32min, a.s32min * b.s32max, a.s32max * b.s32min, a.s32max * b.s32max];
  const [low32, high32] = [Math.min(...products32), Math.max(...products32)];
  const fits32 = low32 >= S32_MIN && high32 <= S32_MAX;
  // The multiplication of a number by zero may give -0.
  a.s32min = fits32 ? low32 | 0 : S32_MIN;
  a.s32max = fits32 ? high32 | 0 : S32_MAX;
  const u32max = a.u32max * b.u32max;
  a.u32min = u32max > U32_MAX ? 0 : a.u32min * b.u32min;
  a.u32max = Math.min(u32max, U32_MAX);

  const products = [a.smin * b.smin, a.smin * b.smax, a.smax * b.smin, a.smax * b.smax];
  const low = products.reduce(minWide);
  const high = products.reduce(maxWide);
  setSigned(a, low, high);
  const umax = a.umax * b.umax;
  a.umin = umax > U64_MAX ? 0n : a.umin * b.umin;
  a.umax = minWide(umax, U64_MAX);
}

/** Sets the signed range, or none where a limit does not fit. */
function setSigned(a: Bounds, min: bigint, max: bigint): void {
  const fits = min >= S64_MIN && min <= S64_MAX && max >= S64_MIN && max <= S64_MAX;
  a.smin = fits ? min : S64_MIN;
  a.smax = fits ? max : S64_MAX;
}
