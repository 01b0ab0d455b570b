import type { Register } from "../state/register.ts";
import { isConstant } from "../values/scalar.ts";
import type { Walk } from "./walk.ts";

/** Where something lies on the stack that takes whole slots: its frame, and the slot of its lowest address. */
export interface StackPlace {
  readonly frame: number;
  readonly slot: number;
}

/**
 * The place that a pointer to the stack means, for something of `slots` slots. Gives undefined, and says why in the log, where nothing of
 * that kind can be there (stack_slot_obj_get_spi).
 */
export function placeOnStack(walk: Walk, register: Register, what: string, slots: number): StackPlace | undefined {
  if (!isConstant(register.scalar)) {
    walk.complaint = `${what} has to be at a constant offset`;
    return undefined;
  }
  const offset = register.offset + Number(register.scalar.smin);
  const slot = (-offset - 1) >> 3;
  if (offset % 8 !== 0 || slot + 1 < slots) {
    walk.complaint = `cannot pass in ${what} at an offset=${offset}`;
    return undefined;
  }
  return { frame: register.extent, slot };
}

/** The slots are there already. */
export const isAllocated = (walk: Walk, { frame, slot }: StackPlace): boolean =>
  slot < walk.state.frames[frame]!.stack.length;
