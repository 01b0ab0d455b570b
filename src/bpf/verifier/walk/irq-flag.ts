import { pointer } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { ALL_IRQ_FLAG, EMPTY_SLOT, isIrqFlag } from "../state/stack-slot.ts";
import { accessMemory } from "./memory-access.ts";
import { isAllocated, placeOnStack } from "./stack-object.ts";
import type { Walk } from "./walk.ts";

/** Where interrupts were on or off before the program switched them off (process_irq_flag). */
export function checkIrqFlag(walk: Walk, number: number, saves: boolean): void {
  const register = walk.frame.registers[number]!;
  const argument = number - 1;
  if (register.type !== TYPE.stack) walk.refuse("lock", `arg#${argument} doesn't point to an irq flag on stack`);
  const place = placeOnStack(walk, register, "irq_flag", 1);
  const complaint = walk.complaint === undefined ? [] : [walk.complaint];
  walk.complaint = undefined;
  const { stack } = place === undefined ? { stack: [] } : walk.state.frames[place.frame]!;
  const there = place !== undefined && isAllocated(walk, place) ? stack[place.slot] : undefined;
  if (saves) {
    if (place === undefined || (there !== undefined && isIrqFlag(there)))
      walk.refuse("lock", ...complaint, `expected uninitialized irq flag as arg#${argument}`);
    accessMemory(walk, number, 0, 8, { access: "write", value: { kind: "unknown" } });
    const reference = walk.acquireReference(true);
    walk.state.irqId = reference;
    stack[place.slot] = { bytes: ALL_IRQ_FLAG, spilled: pointer(TYPE.stack, { reference }) };
    walk.liveness.noteWrite(place.frame, place.slot);
    return;
  }
  if (place === undefined || there === undefined || !isIrqFlag(there))
    walk.refuse("lock", ...complaint, `expected an initialized irq flag as arg#${argument}`);
  walk.liveness.noteRead(walk.state, walk.index, place.frame, place.slot);
  release(walk, there.spilled.reference);
  stack[place.slot] = EMPTY_SLOT;
  walk.liveness.noteWrite(place.frame, place.slot);
}

/** They are switched back in the opposite order (release_irq_state). */
function release(walk: Walk, id: number): void {
  const { state } = walk;
  if (id !== state.irqId) {
    const expected = state.references.find((it) => it.id === state.irqId);
    walk.refuse(
      "lock",
      `cannot restore irq state out of order, expected id=${state.irqId} acquired at insn_idx=${expected?.index ?? 0}`,
    );
  }
  const before = state.references.filter((it) => it.isIrq === true && it.id !== id);
  state.references = state.references.filter((it) => it.id !== id);
  state.irqId = before.at(-1)?.id ?? 0;
}
