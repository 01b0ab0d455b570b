import { pointer, type Register, scalarRegister } from "../state/register.ts";
import { FLAG, TYPE } from "../state/register-type.ts";
import { ACTIVE, ALL_ITERATOR, DRAINED, EMPTY_SLOT, isIterator } from "../state/stack-slot.ts";
import type { WalkState } from "../state/walk-state.ts";
import { ZERO } from "../values/scalar.ts";
import type { KernelFacts } from "./kernel-facts.ts";
import { resultOfKernel } from "./kernel-result.ts";
import { accessMemory } from "./memory-access.ts";
import { invalidateReference } from "./nullness.ts";
import { isAllocated, placeOnStack, type StackPlace } from "./stack-object.ts";
import type { Walk } from "./walk.ts";
import { widenScalars } from "./widen.ts";

/** Slots of `struct bpf_iter_NAME`. */
const SLOTS: Readonly<Record<string, number>> = {
  num: 1,
  bits: 2,
  task: 3,
  task_vma: 1,
  css: 3,
  css_task: 1,
  kmem_cache: 1,
};
const slotsOf = (kind: string): number => SLOTS[kind] ?? 1;

/** The iterator that an argument of a kernel function names (process_iter_arg). Returns its reference; 0 for one to be made. */
export function checkIteratorArgument(walk: Walk, number: number, kind: string, isNew: boolean): number {
  const register = walk.frame.registers[number]!;
  const argument = number - 1;
  if (register.type !== TYPE.stack)
    walk.refuse("helper-call", `arg#${argument} expected pointer to an iterator on stack`);
  const slots = slotsOf(kind);
  const place = placeOnStack(walk, register, "iter", slots);
  if (isNew) {
    if (place === undefined || isTaken(walk, place, slots))
      refuse(walk, `expected uninitialized iter_${kind} as arg #${argument}`);
    for (let i = 0; i < slots; i++)
      accessMemory(walk, number, i * 8, 8, { access: "write", value: { kind: "unknown" } });
    return 0;
  }
  const found = place === undefined ? undefined : iteratorAt(walk, place, kind, slots);
  if (found === undefined) refuse(walk, `expected an initialized iter_${kind} as arg #${argument}`);
  if ((found.type & FLAG.untrusted) !== 0)
    walk.refuse("reference", `expected an RCU CS when using ${walk.kernelFunctions.get(walk.index)}`);
  for (let i = 0; i < slots; i++) walk.liveness.noteRead(walk.state, walk.index, place!.frame, place!.slot - i);
  return found.reference;
}

function refuse(walk: Walk, reason: string): never {
  const { complaint } = walk;
  walk.complaint = undefined;
  walk.refuse("reference", ...(complaint === undefined ? [] : [complaint]), reason);
}

function isTaken(walk: Walk, { frame, slot }: StackPlace, slots: number): boolean {
  const { stack } = walk.state.frames[frame]!;
  for (let i = 0; i < slots; i++) if (stack[slot - i] !== undefined && isIterator(stack[slot - i]!)) return true;
  return false;
}

function iteratorAt(walk: Walk, place: StackPlace, kind: string, slots: number): Register | undefined {
  if (!isAllocated(walk, place)) return undefined;
  const { stack } = walk.state.frames[place.frame]!;
  for (let i = 0; i < slots; i++) {
    const slot = stack[place.slot - i]!;
    if (!isIterator(slot) || slot.spilled.struct?.name !== kind || (slot.spilled.reference !== 0) !== (i === 0))
      return undefined;
  }
  return stack[place.slot]!.spilled;
}

const placeOf = (walk: Walk, { prototype }: KernelFacts): StackPlace =>
  placeOnStack(walk, walk.frame.registers[1]!, "iter", slotsOf(prototype.arguments[0]!.of))!;

/** bpf_iter_num_new() and its like (mark_stack_slots_iter). */
export function startIterator(walk: Walk, facts: KernelFacts): void {
  const place = placeOf(walk, facts);
  const { of } = facts.prototype.arguments[0]!;
  const reference = walk.acquireReference();
  const struct = walk.iteratorKind(of);
  const keeps = !facts.prototype.rcuProtected ? 0 : walk.inCriticalSection ? FLAG.rcu : FLAG.untrusted;
  for (let i = 0; i < slotsOf(of); i++) {
    const part = pointer(TYPE.stack | keeps, { reference: i === 0 ? reference : 0, extent: ACTIVE, struct });
    walk.state.frames[place.frame]!.stack[place.slot - i] = { bytes: ALL_ITERATOR, spilled: part };
    note(walk, place, i);
  }
}

export function destroyIterator(walk: Walk, facts: KernelFacts): void {
  const place = placeOf(walk, facts);
  invalidateReference(walk.state, facts.reference, !walk.privileges.perfmon);
  for (let i = 0; i < slotsOf(facts.prototype.arguments[0]!.of); i++) {
    walk.state.frames[place.frame]!.stack[place.slot - i] = EMPTY_SLOT;
    note(walk, place, i);
  }
}

function note(walk: Walk, { frame, slot }: StackPlace, i: number): void {
  walk.liveness.noteWrite(frame, slot - i);
  if (frame === walk.state.frames.length - 1) walk.log.touchSlot(slot - i);
}

/** Both ways are walked: another element, and none (process_iter_next_call). */
export function nextOfIterator(walk: Walk, facts: KernelFacts, clear: () => void): void {
  const place = placeOf(walk, facts);
  const iterator = walk.state.frames[place.frame]!.stack[place.slot]!.spilled;
  clear();
  const result = resultOfKernel(walk, facts);
  const keeps = (iterator.type & FLAG.rcu) !== 0 ? FLAG.rcu : FLAG.trusted;
  const type = (result.type & ~FLAG.orNull) | (facts.prototype.result === "struct" ? keeps : 0);
  if (iterator.extent === ACTIVE) {
    // The parent is the visit at hand.
    const previous = walk.previousVisit(walk.state.parent?.parent ?? null, walk.index);
    const next = walk.fork(walk.index + 1, walk.index);
    put(next, place, { ...iterator, offset: iterator.offset + 1 });
    next.frame.registers[0] = { ...result, type };
    if (previous !== undefined) widenScalars(previous, next);
  }
  put(walk.state, place, { ...iterator, extent: DRAINED });
  walk.log.touchSlot(place.slot);
  walk.write(0, scalarRegister(ZERO));
}

function put(state: WalkState, { frame, slot }: StackPlace, iterator: Register): void {
  state.frames[frame]!.stack[slot] = { bytes: ALL_ITERATOR, spilled: iterator };
}
