import { markSlotPrecise } from "../pruning/precision.ts";
import type { Register } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { BYTE, byteOf, isSpilledScalar, type StackSlot } from "../state/stack-slot.ts";
import { isConstant } from "../values/scalar.ts";
import type { Walk } from "./walk.ts";

/** The key of `size` bytes on the stack that a register points at, or -1 where it is not known (get_constant_map_key). */
export function findConstantKey(walk: Walk, register: Register, size: number): bigint {
  if (register.type !== TYPE.stack || !isConstant(register.scalar)) return -1n;
  const at = -(register.offset + Number(register.scalar.smin)) - 1;
  const slot = walk.state.frames[register.extent]!.stack[at >> 3]!;
  if (countDown(slot, at & 7, BYTE.zero) >= size) return 0n;
  if (!isSpilledScalar(slot) || countDown(slot, at & 7, BYTE.spill) !== size) return -1n;
  const { scalar } = slot.spilled;
  if (!isConstant(scalar)) return -1n;
  markSlotPrecise(walk, register.extent, at >> 3);
  return scalar.umin;
}

function countDown(slot: StackSlot, from: number, kind: number): number {
  let count = 0;
  for (let i = from; i >= 0 && byteOf(slot, i) === kind; i--) count++;
  return count;
}
