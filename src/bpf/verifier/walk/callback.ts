import { MAP_TYPE } from "../../maps/map-type.ts";
import type { VerifierMap } from "../map.ts";
import { markPrecise } from "../pruning/precision.ts";
import { DYNPTR } from "../state/dynptr-kind.ts";
import { Frame } from "../state/frame.ts";
import { isNull, pointer, type Register, UNKNOWN_SCALAR } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import type { CallFacts } from "./call-facts.ts";
import { noteArguments } from "./global-call.ts";
import type { Walk } from "./walk.ts";

const [FOR_EACH, LOOP, TIMER, FIND_VMA, DRAIN] = [164, 181, 170, 180, 209];
/** No one function is called by every round that comes by. */
const NO_FUNCTION = -1;
const MAX_FRAMES = 8;
/** Maps whose elements can be gone through. */
const ITERABLE: readonly number[] = [
  MAP_TYPE.array,
  MAP_TYPE.hash,
  MAP_TYPE.percpu_array,
  MAP_TYPE.percpu_hash,
  MAP_TYPE.lru_hash,
  MAP_TYPE.lru_percpu_hash,
];

/**
 * A helper calls functions of the program, nobody knows how often: one round waits to be walked, which comes back to the call,
 * and the walk goes on behind it (push_callback_call).
 */
export function checkCallback(walk: Walk, facts: CallFacts): void {
  const { registers } = walk.frame;
  switch (facts.prototype.number) {
    case LOOP:
      noteFlags(walk, facts.callback);
      markPrecise(walk, 1);
      if (BigInt(walk.frame.callbackDepth) < registers[1]!.scalar.umax)
        pushCallback(walk, facts.callback, [UNKNOWN_SCALAR, registers[3]!]);
      else {
        walk.frame.callbackDepth = 0;
        walk.log.detail(`frame${walk.state.frames.length - 1} bpf_loop iteration limit reached`);
      }
      return;
    case FOR_EACH:
      if (!ITERABLE.includes(facts.map!.type)) walk.refuse("map", "callback function not allowed for map");
      pushCallback(walk, facts.callback, [...elementOf(facts.map!, facts.mapUid), registers[3]!]);
      return;
    case TIMER: {
      const timer = registers[1]!;
      pushAsynchronous(walk, facts.callback, elementOf(timer.map!, timer.mapUid));
      return;
    }
    case FIND_VMA: {
      const area = pointer(TYPE.struct, { struct: walk.structs.named("vm_area_struct") });
      pushCallback(walk, facts.callback, [registers[1]!, area, registers[4]!]);
      return;
    }
    case DRAIN:
      pushCallback(walk, facts.callback, [
        pointer(TYPE.dynptr, { extent: DYNPTR.local, id: walk.newId() }),
        registers[3]!,
      ]);
  }
}

/** Without flags, and with the same function every time, the loop can stand where the call does (update_loop_inline_state). */
function noteFlags(walk: Walk, callback: number): void {
  const known = walk.loopFunctions.get(walk.index);
  if (known !== undefined && known !== callback) {
    if (known !== NO_FUNCTION && hasNoFlags(walk)) walk.loopFunctions.set(walk.index, NO_FUNCTION);
    return;
  }
  walk.loopFunctions.set(walk.index, hasNoFlags(walk) ? callback : NO_FUNCTION);
}

function hasNoFlags(walk: Walk): boolean {
  const has = !isNull(walk.frame.registers[4]!);
  if (!has) markPrecise(walk, 4);
  return !has;
}

/** What a function is given that is called for a map's element. */
export const elementOf = (map: VerifierMap, mapUid: number): readonly Register[] => [
  pointer(TYPE.map, { map, mapUid }),
  pointer(TYPE.mapKey, { map, mapUid }),
  pointer(TYPE.mapValue, { map, mapUid }),
];

/** One round of a function that is called before the call at hand returns. */
export function pushCallback(
  walk: Walk,
  callback: number,
  inputs: readonly Register[],
  ordersTree = false,
  range: readonly [number, number] = [0, 1],
): void {
  walk.callbacks.add(callback);
  noteArguments(walk, callback);
  const { start } = walk.model.subprograms[callback]!;
  const depth = walk.state.frames.length;
  const state = walk.fork(start, walk.index);
  if (depth >= MAX_FRAMES) walk.refuse("function-call", `the call stack of ${depth + 1} frames is too deep`);
  walk.log.touchAll();
  const callee = Frame.enter(walk.index, depth, callback);
  callee.callback = { synchronous: true, range, ...(ordersTree && { ordersTree }) };
  for (const [i, register] of inputs.entries()) callee.registers[i + 1] = register;
  state.frame.callbackDepth++;
  state.frames.push(callee);
  state.callbackUnrollDepth++;
  walk.frame.callbackDepth = 0;
}

/** The callback runs some time later, by itself (push_async_cb). */
export function pushAsynchronous(
  walk: Walk,
  callback: number,
  inputs: readonly Register[],
  _mayAlwaysSleep = false,
): void {
  const { start } = walk.model.subprograms[callback]!;
  noteArguments(walk, callback);
  walk.callbacks.add(callback);
  walk.asyncCallbacks.add(callback);
  const state = walk.fork(start, walk.index);
  walk.log.touchAll();
  const entry = Frame.enter(-1, 0, callback);
  entry.callback = { synchronous: false, range: [0, 0] };
  entry.asyncEntries = walk.frame.asyncEntries + 1;
  for (const [i, register] of inputs.entries()) entry.registers[i + 1] = register;
  state.frames = [entry];
  state.references = [];
  state.parent = null;
  state.history = [];
  // As in the kernel, which leaves it at nothing.
  state.firstIndex = 0;
  if (walk.state.parent !== null) walk.state.parent.branches--;
}
