import { UNKNOWN_SCALAR } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { BYTE, byteOf, isDynptr, isSpilled, scrub, withByte } from "../state/stack-slot.ts";
import { isConstant } from "../values/scalar.ts";
import { tnumText } from "../values/tnum.ts";
import { checkStackBounds } from "./stack-bounds.ts";
import type { Walk } from "./walk.ts";

/** Stack bytes that a helper will write and that need not have been set before. */
export interface RawMemory {
  number: number;
  size: number;
}

/**
 * A helper, or a load with a variable offset, touches a range of the stack (check_stack_range_initialized). What a helper may
 * write is not known afterwards. `raw` is filled in where the helper only writes.
 */
export function checkStackRange(
  walk: Walk,
  number: number,
  offset: number,
  size: number,
  zeroAllowed: boolean,
  access: "read" | "write",
  raw: RawMemory | undefined,
): void {
  const register = walk.frame.registers[number]!;
  if (size === 0 && !zeroAllowed) walk.refuse("stack", "invalid zero-sized read");
  checkStackBounds(walk, number, offset, size, access);
  const fixed = isConstant(register.scalar);
  if (!fixed && !walk.privileges.perfmon)
    walk.refuse(
      "stack",
      `R${number} variable offset stack access prohibited for !root, var_off=${tnumText(register.scalar.bits)}`,
    );
  const { smin, smax } = register.scalar;
  const begin = Number(smin) + offset;
  const end = (fixed ? begin : Number(smax) + offset) + size;
  if (raw !== undefined && fixed) {
    refuseDynptrs(walk, register.extent, begin, end);
    raw.number = number;
    raw.size = size;
    return;
  }
  const { stack } = walk.state.frames[register.extent]!;
  for (let i = begin; i < end; i++) {
    const at = -i - 1;
    const slot = at >> 3;
    const old = stack[slot]!;
    const kind = byteOf(old, at & 7);
    if (kind > BYTE.zero)
      walk.refuse("stack", `invalid read from stack R${number} off ${begin}+${i - begin} size ${size}`);
    if (!walk.privileges.perfmon && (kind === BYTE.invalid || (isSpilled(old) && old.spilled.type !== TYPE.scalar)))
      walk.refuse(
        kind === BYTE.invalid ? "uninitialized" : "pointer-leak",
        `invalid read from stack R${number} off ${begin}+${i - begin} size ${size}`,
      );
    if (access === "write") {
      if (kind === BYTE.zero || kind === BYTE.invalid)
        stack[slot] = { bytes: withByte(old.bytes, at & 7, BYTE.misc), spilled: old.spilled };
      else if (isSpilled(old)) stack[slot] = { bytes: scrub(old.bytes), spilled: UNKNOWN_SCALAR };
    }
    walk.liveness.noteRead(walk.state, walk.index, register.extent, slot);
  }
}

/** A helper that writes would change what only others may. */
function refuseDynptrs(walk: Walk, frame: number, begin: number, end: number): void {
  const { stack } = walk.state.frames[frame]!;
  for (let i = begin; i < end; i++) {
    const slot = stack[(-i - 1) >> 3];
    if (slot !== undefined && isDynptr(slot)) walk.refuse("stack", `potential write to dynptr at off=${i} disallowed`);
  }
}
