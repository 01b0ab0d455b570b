import { type Tnum, tnumContains } from "./tnum.ts";

/** The smallest number above `z` that `a` holds, its largest where there is none (tnum_step). */
export function nextMember({ value, mask }: Tnum, z: bigint): bigint {
  const largest = value | mask;
  if (z >= largest) return largest;
  if (z < value) return value;
  const wrong = (z ^ value) & ~mask;
  if (wrong === 0n) return value | (((z | ~mask) + 1n) & mask);
  // Below the highest bit that is not as it has to be, nothing of z counts.
  const bit = 1n << BigInt(wrong.toString(2).length - 1);
  if ((value & bit) !== 0n) return value | (z & mask & -bit);
  return value | (((z | ~mask | (bit - 1n)) + 1n) & mask);
}

/** The one number from `min`, which is not below all of `a`, to `max` that `a` holds; undefined where it holds more of them, or as far as Linux can tell. */
export function singleMember(a: Tnum, min: bigint, max: bigint): bigint | undefined {
  const { value, mask } = a;
  if (mask === 0n) return undefined;
  // Without gaps it holds whatever lies between its ends.
  if (min !== max && (mask & (mask + 1n)) === 0n) return undefined;
  const largest = value | mask;
  const isMember = tnumContains(a, { value: min, mask: 0n });
  const next = nextMember(a, min);
  if (isMember) return next > max ? min : undefined;
  if (next === largest) return largest;
  return next <= max && nextMember(a, next) > max ? next : undefined;
}
