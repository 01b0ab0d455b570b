import { DYNPTR, dynptrText, isCounted } from "../state/dynptr-kind.ts";
import { pointer, type Register } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { ALL_DYNPTR, isDynptr } from "../state/stack-slot.ts";
import { DYNPTR_SLOTS, destroyIfDynptr, forgetDynptr, noteDynptrWrite } from "./dynptr-slots.ts";
import { accessMemory } from "./memory-access.ts";
import { invalidateReference } from "./nullness.ts";
import { isAllocated, placeOnStack } from "./stack-object.ts";
import type { Walk } from "./walk.ts";

/** What a helper is given as a dynptr. */
export interface DynptrArgument {
  /** Its id, kind and reference. */
  readonly id: number;
  readonly kind: number;
  readonly reference: number;
}

/** The register may be a dynptr at all (the first check of process_dynptr_func). */
export function requireDynptrPointer(walk: Walk, number: number): Register {
  const register = walk.frame.registers[number]!;
  if (register.type !== TYPE.stack && register.type !== TYPE.dynptr)
    walk.refuse("helper-call", `arg#${number - 1} expected pointer to stack or const struct bpf_dynptr`);
  return register;
}

/** A dynptr of that kind is made on the stack; `reference`: a clone's, 0 for a new one (mark_stack_slots_dynptr). */
export function makeDynptr(walk: Walk, number: number, kind: number, reference = 0): void {
  const register = requireDynptrPointer(walk, number);
  const place = register.type === TYPE.dynptr ? undefined : placeOnStack(walk, register, "dynptr", DYNPTR_SLOTS);
  if (place === undefined) refuse(walk, "Dynptr has to be an uninitialized dynptr");
  for (let i = 0; i < DYNPTR_SLOTS; i++)
    accessMemory(walk, number, i * 8, 8, { access: "write", value: { kind: "unknown" } });
  destroyIfDynptr(walk, place.frame, place.slot);
  destroyIfDynptr(walk, place.frame, place.slot - 1);
  const id = walk.newId();
  const held = isCounted(kind) ? reference || walk.acquireReference() : 0;
  const { stack } = walk.state.frames[place.frame]!;
  for (let i = 0; i < DYNPTR_SLOTS; i++) {
    const half = pointer(TYPE.dynptr, { id, reference: held, extent: kind, offset: i === 0 ? 1 : 0 });
    stack[place.slot - i] = { bytes: ALL_DYNPTR, spilled: half };
  }
  noteDynptrWrite(walk, place);
}

/** A dynptr that is there: `mayChange`: the helper changes it, not only its bytes. */
export function useDynptr(walk: Walk, number: number, mayChange: boolean, kind?: number): DynptrArgument {
  const register = requireDynptrPointer(walk, number);
  if (register.type === TYPE.dynptr && mayChange)
    walk.refuse("helper-call", "cannot pass pointer to const bpf_dynptr, the helper mutates it");
  const found = register.type === TYPE.dynptr ? register : dynptrAt(walk, register);
  if (found === undefined) refuse(walk, `Expected an initialized dynptr as arg #${number - 1}`);
  if (kind !== undefined && found.extent !== kind)
    walk.refuse("helper-call", `Expected a dynptr of type ${dynptrText(kind)} as arg #${number - 1}`);
  if (register.type === TYPE.stack) {
    const place = placeOnStack(walk, register, "dynptr", DYNPTR_SLOTS)!;
    for (let i = 0; i < DYNPTR_SLOTS; i++) {
      walk.liveness.noteRead(walk.state, walk.index, place.frame, place.slot - i);
      walk.log.touchSlot(place.slot - i);
    }
  }
  return { id: found.id, kind: found.extent, reference: found.reference };
}

/** is_dynptr_reg_valid_init */
function dynptrAt(walk: Walk, register: Register): Register | undefined {
  const place = placeOnStack(walk, register, "dynptr", DYNPTR_SLOTS);
  if (place === undefined || !isAllocated(walk, place)) return undefined;
  const { stack } = walk.state.frames[place.frame]!;
  const [first, second] = [stack[place.slot]!, stack[place.slot - 1]!];
  return isDynptr(first) && isDynptr(second) && first.spilled.offset === 1 ? first.spilled : undefined;
}

/** The reference of a dynptr that is about to be given back; 0 for one that has none. */
export function referenceOfDynptr(walk: Walk, number: number): number {
  const register = walk.frame.registers[number]!;
  return register.type === TYPE.stack ? (dynptrAt(walk, register)?.reference ?? 0) : 0;
}

/** The dynptr is given back, and with it its clones and what was taken from them (unmark_stack_slots_dynptr). */
export function releaseDynptr(walk: Walk, number: number): void {
  const place = placeOnStack(walk, walk.frame.registers[number]!, "dynptr", DYNPTR_SLOTS)!;
  const { stack } = walk.state.frames[place.frame]!;
  const { reference, extent } = stack[place.slot]!.spilled;
  if (!isCounted(extent)) {
    forgetDynptr(walk, place);
    return;
  }
  invalidateReference(walk.state, reference, !walk.privileges.perfmon);
  for (let slot = 1; slot < stack.length; slot++) {
    const { spilled } = stack[slot]!;
    if (isDynptr(stack[slot]!) && spilled.reference === reference && spilled.offset === 1)
      forgetDynptr(walk, { frame: place.frame, slot });
  }
}

/** Only Linux knows what a packet's bytes are: writing to them may move them. */
export const changesPacketBy = (kind: number): boolean => kind === DYNPTR.skb || kind === DYNPTR.skbMeta;

function refuse(walk: Walk, reason: string): never {
  const { complaint } = walk;
  walk.complaint = undefined;
  walk.refuse("helper-call", ...(complaint === undefined ? [] : [complaint]), reason);
}
