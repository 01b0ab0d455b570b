import { MAP_TYPE } from "../../maps/map-type.ts";
import type { VerifierMap } from "../map.ts";
import { markPrecise } from "../pruning/precision.ts";
import { Frame } from "../state/frame.ts";
import { pointer, type Register, UNKNOWN_SCALAR } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import type { CallFacts } from "./call-facts.ts";
import type { Walk } from "./walk.ts";

const [FOR_EACH, LOOP, TIMER, FIND_VMA, DRAIN] = [164, 181, 170, 180, 209];
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
      markPrecise(walk, 1);
      if (BigInt(walk.frame.callbackDepth) < registers[1]!.scalar.umax)
        pushCallback(walk, facts, [UNKNOWN_SCALAR, registers[3]!]);
      else {
        walk.frame.callbackDepth = 0;
        walk.log.detail(`frame${walk.state.frames.length - 1} bpf_loop iteration limit reached`);
      }
      return;
    case FOR_EACH:
      if (!ITERABLE.includes(facts.map!.type)) walk.refuse("map", "callback function not allowed for map");
      pushCallback(walk, facts, [...elementOf(facts.map!, facts.mapUid), registers[3]!]);
      return;
    case TIMER: {
      const timer = registers[1]!;
      pushAsynchronous(walk, facts, elementOf(timer.map!, timer.mapUid));
      return;
    }
    case FIND_VMA:
    case DRAIN:
      walk.refuse("unsupported", `callbacks of ${facts.prototype.name} are not supported by netsim yet`);
  }
}

const elementOf = (map: VerifierMap, mapUid: number): readonly Register[] => [
  pointer(TYPE.map, { map, mapUid }),
  pointer(TYPE.mapKey, { map, mapUid }),
  pointer(TYPE.mapValue, { map, mapUid }),
];

function pushCallback(walk: Walk, { callback }: CallFacts, inputs: readonly Register[]): void {
  const { start } = walk.model.subprograms[callback]!;
  const depth = walk.state.frames.length;
  const state = walk.fork(start, walk.index);
  if (depth >= MAX_FRAMES) walk.refuse("function-call", `the call stack of ${depth + 1} frames is too deep`);
  const callee = Frame.enter(walk.index, depth, callback);
  callee.callback = { synchronous: true, range: [0, 1] };
  for (const [i, register] of inputs.entries()) callee.registers[i + 1] = register;
  state.frame.callbackDepth++;
  state.frames.push(callee);
  state.callbackUnrollDepth++;
  walk.frame.callbackDepth = 0;
}

/** The callback runs some time later, by itself (push_async_cb). */
function pushAsynchronous(walk: Walk, { callback }: CallFacts, inputs: readonly Register[]): void {
  const { start } = walk.model.subprograms[callback]!;
  walk.asyncCallbacks.add(callback);
  const state = walk.fork(start, walk.index);
  const entry = Frame.enter(-1, 0, callback);
  entry.callback = { synchronous: false, range: [0, 0] };
  entry.asyncEntries = walk.frame.asyncEntries + 1;
  for (const [i, register] of inputs.entries()) entry.registers[i + 1] = register;
  state.frames = [entry];
  state.references = [];
  state.parent = null;
  state.history = [];
  state.firstIndex = start;
  if (walk.state.parent !== null) walk.state.parent.branches--;
}
