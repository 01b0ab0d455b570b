import { isCounted } from "../state/dynptr-kind.ts";
import { NOT_INIT, UNKNOWN_SCALAR } from "../state/register.ts";
import { FLAG, TYPE } from "../state/register-type.ts";
import { EMPTY_SLOT, isDynptr } from "../state/stack-slot.ts";
import type { StackPlace } from "./stack-object.ts";
import type { Walk } from "./walk.ts";

/** A dynptr takes two slots (BPF_DYNPTR_NR_SLOTS). */
export const DYNPTR_SLOTS = 2;

/** Nothing is there any more. */
export function forgetDynptr(walk: Walk, place: StackPlace): void {
  const { stack } = walk.state.frames[place.frame]!;
  for (let i = 0; i < DYNPTR_SLOTS; i++) stack[place.slot - i] = EMPTY_SLOT;
  noteDynptrWrite(walk, place);
}

export function noteDynptrWrite(walk: Walk, { frame, slot }: StackPlace): void {
  for (let i = 0; i < DYNPTR_SLOTS; i++) {
    walk.liveness.noteWrite(frame, slot - i);
    if (frame === walk.state.frames.length - 1) walk.log.touchSlot(slot - i);
  }
}

/** Something else is written where a part of a dynptr lies: both halves are lost, and what was taken from it (destroy_if_dynptr_stack_slot). */
export function destroyIfDynptr(walk: Walk, frame: number, slot: number): void {
  const { stack } = walk.state.frames[frame]!;
  const there = stack[slot];
  if (there === undefined || !isDynptr(there)) return;
  const first = there.spilled.offset === 1 ? slot : slot + 1;
  const { id, extent } = stack[first]!.spilled;
  if (isCounted(extent)) walk.refuse("reference", "cannot overwrite referenced dynptr");
  forgetDynptr(walk, { frame, slot: first });
  const lost = walk.privileges.perfmon ? UNKNOWN_SCALAR : NOT_INIT;
  walk.state.changeAll((register) =>
    (register.type & ~FLAG.orNull) === TYPE.memory && register.dynptr === id ? lost : register,
  );
}
