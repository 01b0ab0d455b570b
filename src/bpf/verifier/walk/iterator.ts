import { pointer, type Register, scalarRegister } from "../state/register.ts";
import { FLAG, TYPE } from "../state/register-type.ts";
import { ACTIVE, ALL_ITERATOR, DRAINED, EMPTY_SLOT, isIterator } from "../state/stack-slot.ts";
import type { WalkState } from "../state/walk-state.ts";
import { isConstant, ZERO } from "../values/scalar.ts";
import { accessMemory } from "./memory-access.ts";
import { invalidateReference } from "./nullness.ts";
import type { Walk } from "./walk.ts";
import { widenScalars } from "./widen.ts";

/** Bytes that bpf_iter_num_next() gives a pointer to. */
const ELEMENT_BYTES = 4;

interface Place {
  readonly frame: number;
  readonly slot: number;
}

/** bpf_iter_num_new(): R1 points to eight bytes of stack that hold no iterator (mark_stack_slots_iter). */
export function startIterator(walk: Walk): void {
  const place = placeOf(walk);
  const slot = walk.state.frames[place.frame]!.stack[place.slot];
  if (slot !== undefined && isIterator(slot)) walk.refuse("reference", "expected uninitialized iter_num as arg #0");
  accessMemory(walk, 1, 0, 8, { access: "write", value: { kind: "unknown" } });
  const reference = walk.acquireReference();
  put(walk.state, place, pointer(TYPE.stack, { reference, extent: ACTIVE }));
  walk.log.touchSlot(place.slot);
}

export function destroyIterator(walk: Walk): void {
  const place = placeOf(walk);
  const { reference } = initialized(walk, place);
  invalidateReference(walk.state, reference, !walk.privileges.perfmon);
  walk.state.frames[place.frame]!.stack[place.slot] = EMPTY_SLOT;
  walk.log.touchSlot(place.slot);
}

/** Both ways are walked: another element, and none (process_iter_next_call). */
export function nextOfIterator(walk: Walk, clear: () => void): void {
  const place = placeOf(walk);
  const iterator = initialized(walk, place);
  clear();
  const { reference } = iterator;
  const id = walk.newId();
  const element = pointer(TYPE.memory | FLAG.readOnly, { id, reference, extent: ELEMENT_BYTES });
  if (iterator.extent === ACTIVE) {
    // The parent is the visit at hand.
    const previous = walk.previousVisit(walk.state.parent?.parent ?? null, walk.index);
    const next = walk.fork(walk.index + 1, walk.index);
    put(next, place, { ...iterator, offset: iterator.offset + 1 });
    next.frame.registers[0] = element;
    if (previous !== undefined) widenScalars(previous, next);
  }
  put(walk.state, place, { ...iterator, extent: DRAINED });
  walk.log.touchSlot(place.slot);
  walk.write(0, scalarRegister(ZERO));
}

function put(state: WalkState, { frame, slot }: Place, iterator: Register): void {
  state.frames[frame]!.stack[slot] = { bytes: ALL_ITERATOR, spilled: iterator };
}

function initialized(walk: Walk, { frame, slot }: Place): Register {
  const found = walk.state.frames[frame]!.stack[slot];
  if (found === undefined || !isIterator(found)) walk.refuse("reference", "expected an initialized iter_num as arg #0");
  walk.liveness.noteRead(walk.state, walk.index, frame, slot);
  return found.spilled;
}

/** stack_slot_obj_get_spi */
function placeOf(walk: Walk): Place {
  const register = walk.read(1);
  if (register.type !== TYPE.stack) walk.refuse("helper-call", "arg#0 expected pointer to an iterator on stack");
  if (!isConstant(register.scalar)) walk.refuse("helper-call", "iter has to be at a constant offset");
  const offset = register.offset + Number(register.scalar.smin);
  if (offset % 8 !== 0) walk.refuse("helper-call", `cannot pass in iter at an offset=${offset}`);
  return { frame: register.extent, slot: (-offset - 1) >> 3 };
}
