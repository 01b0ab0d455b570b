import { stackAccess } from "../pruning/history.ts";
import { type Register, scalarRegister, UNKNOWN_SCALAR, unlinked } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { BYTE, byteOf, isSpecial, isSpilled, type StackSlot, spilledBytes } from "../state/stack-slot.ts";
import { isConstant, isZero, ZERO } from "../values/scalar.ts";
import { tnumText } from "../values/tnum.ts";
import { widthOf } from "../values/wide.ts";
import { checkStackRange } from "./stack-range.ts";
import type { Walk } from "./walk.ts";

/** What a read of the stack gives; `target` is null where no register gets it (check_stack_read). */
export function readStack(
  walk: Walk,
  number: number,
  offset: number,
  size: number,
  target: number | null,
): Register | undefined {
  const register = walk.frame.registers[number]!;
  if (isConstant(register.scalar))
    return readFixed(walk, register.extent, offset + Number(register.scalar.smin), size, target);
  if (target === null)
    walk.refuse(
      "stack",
      `variable offset stack pointer cannot be passed into helper function; ` +
        `var_off=${tnumText(register.scalar.bits)} off=${offset} size=${size}`,
    );
  checkStackRange(walk, number, offset, size, false, "read", undefined);
  const { smin, smax } = register.scalar;
  return readBytes(walk, register.extent, Number(smin) + offset, Number(smax) + offset + size);
}

/** check_stack_read_fixed_off */
function readFixed(
  walk: Walk,
  frameNumber: number,
  offset: number,
  size: number,
  target: number | null,
): Register | undefined {
  const { stack } = walk.state.frames[frameNumber]!;
  const at = -offset - 1;
  const slotNumber = at >> 3;
  const slot = stack[slotNumber]!;
  walk.log.touchSlot(slotNumber);
  walk.liveness.noteRead(walk.state, walk.index, frameNumber, slotNumber);
  if (!isSpilled(slot)) {
    if (!walk.privileges.perfmon || isSpecial(slot)) checkWritten(walk, slot, offset, size, BYTE.zero);
    return target === null ? undefined : readBytes(walk, frameNumber, offset, offset + size);
  }

  const length = spilledBytes(slot);
  if (size === 8 && length === 8) {
    noteFill(walk, frameNumber, slotNumber);
    if (target === null && !walk.privileges.perfmon && slot.spilled.type !== TYPE.scalar)
      walk.refuse("pointer-leak", `leaking pointer from stack off ${offset}`);
    return target === null ? undefined : slot.spilled;
  }
  if (slot.spilled.type !== TYPE.scalar) walk.refuse("stack", "invalid size of register fill");
  if (target === null) return undefined;
  // The lowest bytes of the spilled register, in whole.
  if (size <= length && offset % 8 === 0) {
    noteFill(walk, frameNumber, slotNumber);
    const { spilled } = slot;
    return widthOf(spilled.scalar.umax) > size * 8 ? unlinked(spilled) : spilled;
  }
  if (!walk.privileges.perfmon) checkWritten(walk, slot, offset, size, BYTE.spill);
  const spilled = countBytes(slot, at, size, BYTE.spill);
  if (spilled === size && isZero(slot.spilled.scalar)) {
    noteFill(walk, frameNumber, slotNumber);
    return scalarRegister(ZERO);
  }
  return countBytes(slot, at, size, BYTE.zero) === size ? scalarRegister(ZERO) : UNKNOWN_SCALAR;
}

/** Backtracking will have to know that the register came from there. */
function noteFill(walk: Walk, frame: number, slot: number): void {
  walk.noteHistory(stackAccess(frame, slot), null);
}

/** Stack that was never written may hold what others left there. `also`: a kind of bytes that are known as well. */
function checkWritten(walk: Walk, slot: StackSlot, offset: number, size: number, also: number): void {
  for (let i = 0; i < size; i++) {
    const kind = byteOf(slot, (-offset - 1 - i) & 7);
    if (kind === BYTE.misc || kind === BYTE.zero || kind === also) continue;
    walk.refuse("uninitialized", `invalid read from stack off ${offset}+${i} size ${size}`);
  }
}

function countBytes(slot: StackSlot, at: number, size: number, kind: number): number {
  let count = 0;
  for (let i = 0; i < size; i++) if (byteOf(slot, (at - i) & 7) === kind) count++;
  return count;
}

/** Zeroes are a zero, anything else is anything (mark_reg_stack_read). */
function readBytes(walk: Walk, frameNumber: number, begin: number, end: number): Register {
  const { stack } = walk.state.frames[frameNumber]!;
  for (let i = begin; i < end; i++) {
    const at = -i - 1;
    walk.log.touchSlot(at >> 3);
    if (byteOf(stack[at >> 3]!, at & 7) !== BYTE.zero) return UNKNOWN_SCALAR;
  }
  return scalarRegister(ZERO);
}
