import { stateText } from "../log/register-text.ts";
import type { VerifierLog } from "../log/verifier-log.ts";
import { Refusal } from "../refusal.ts";
import { NOT_INIT, sameExceptIds } from "../state/register.ts";
import { ACTIVE, EMPTY_SLOT, isIterator } from "../state/stack-slot.ts";
import type { WalkState } from "../state/walk-state.ts";
import type { Walk } from "../walk/walk.ts";
import { LoopVisits } from "./loop-visits.ts";
import { forgetPrecision, markAllPrecise, propagatePrecision } from "./precision.ts";
import { type Likeness, statesEqual } from "./states-equal.ts";

/** Rounds after which everything in a loop is taken to be precise (MAX_BACKEDGE_ITERS). */
const MAX_ROUNDS = 64;
/** A history may not grow without end. */
const MAX_HISTORY = 40;

/** Sizes of what was kept, as the kernel's log reports them. */
export interface StateStatistics {
  maxStatesPerInstruction: number;
  totalStates: number;
  peakStates: number;
}

/** The states that paths stood in, by instruction (`explored_states`), and the rules of when to keep one. */
export class ExploredStates implements StateStatistics {
  maxStatesPerInstruction = 0;
  totalStates = 0;
  peakStates = 0;
  readonly #buckets: (WalkState[] | undefined)[];
  #kept = 0;
  #evictedKept = 0;
  #jumpsAtLast = 0;
  #instructionsAtLast = 0;

  readonly #loops: LoopVisits;

  constructor(cycles: Int32Array, log: VerifierLog) {
    this.#buckets = new Array(cycles.length);
    this.#loops = new LoopVisits(cycles, log);
  }

  /** Another function is walked now; the states of those before it still count. */
  forgetAll(): void {
    this.#buckets.fill(undefined);
    this.#loops.forgetAll();
  }

  /** Newest first. The kernel's hash table has as many buckets as the program has instructions. */
  #bucketOf(index: number, state: WalkState): WalkState[] {
    const bucket = ((index ^ state.frame.callsite) >>> 0) % this.#buckets.length;
    this.#buckets[bucket] ??= [];
    return this.#buckets[bucket];
  }

  /**
   * The walk comes to a prune point. Returns true where it need not go on, as it was here in a state that allows whatever
   * this one does; else keeps the state where that may pay (is_state_visited).
   */
  visit(walk: Walk): boolean {
    const { state: current, index, flow } = walk;
    const isCheckpoint = flow.checkpoints[index] === 1;
    const force = walk.setup.keepEveryState || isCheckpoint || current.history.length > MAX_HISTORY;
    const jumps = walk.jumpsProcessed - this.#jumpsAtLast;
    const instructions = walk.instructionsProcessed - this.#instructionsAtLast;
    let keep = force || (jumps >= 2 && instructions >= 8);

    const bucket = this.#bucketOf(index, current);
    this.#forgetDead(walk, bucket);
    let count = 0;
    for (let i = 0; i < bucket.length; ) {
      const old = bucket[i]!;
      count++;
      if (old.index !== index) {
        i++;
        continue;
      }
      if (old.branches > 0) {
        if (this.#isMayGotoRound(walk, old)) return this.#hit(walk, old, true);
        const anotherEntry =
          old.frame.callback?.synchronous === false && old.frame.asyncEntries !== current.frame.asyncEntries;
        if (!anotherEntry) {
          if (flow.takesNext[index] === 1) {
            if (this.#equal(walk, old, "within") && hasMoreElements(current)) return this.#hit(walk, old, true);
          } else if (flow.callsCallback[index] === 1) {
            if (this.#equal(walk, old, "within")) return this.#hit(walk, old, false);
          } else this.#refuseInfiniteLoop(walk, old);
        }
        if (!force && jumps < 20 && instructions < 100) keep = false;
      } else {
        const inLoop = this.#loops.isIncomplete(old);
        if (this.#equal(walk, old, inLoop ? "within" : "general")) return this.#hit(walk, old, inLoop);
      }

      if (keep) old.misses++;
      const patience = isCheckpoint && old.branches > 0 ? 64 : 3;
      if (old.misses > old.hits * patience + patience) {
        bucket.splice(i, 1);
        this.#evict(old);
      } else i++;
    }
    this.maxStatesPerInstruction = Math.max(this.maxStatesPerInstruction, count);
    if (keep) this.#keep(walk, bucket);
    return false;
  }

  #equal(walk: Walk, old: WalkState, likeness: Likeness): boolean {
    walk.ids.begin(walk.lastId);
    return statesEqual(old, walk.state, likeness, walk.ids, walk.liveRegisters, {
      sameScalars: walk.exploreAluLimits,
      uninitializedStack: walk.privileges.perfmon,
    });
  }

  #hit(walk: Walk, old: WalkState, inLoop: boolean): true {
    old.hits++;
    if (walk.flow.jumpPoints[walk.index] === 1) walk.noteHistory(0, null);
    propagatePrecision(walk, old, walk.state);
    walk.observer?.pruned?.(walk, old);
    if (inLoop) {
      const state = walk.state.copy();
      state.index = walk.index;
      this.#loops.add({ state, equal: old });
      this.#notePeak();
    }
    return true;
  }

  #notePeak(): void {
    this.peakStates = Math.max(this.peakStates, this.#kept + this.#evictedKept + this.#loops.backEdges);
  }

  /** may_goto ends some time: coming back in a state that an earlier round allows is enough. */
  #isMayGotoRound(walk: Walk, old: WalkState): boolean {
    return (
      walk.model.instructions[walk.index]?.kind === "may-goto" &&
      old.mayGotoDepth !== walk.state.mayGotoDepth &&
      this.#equal(walk, old, "within")
    );
  }

  #refuseInfiniteLoop(walk: Walk, old: WalkState): void {
    const { state: current, index } = walk;
    if (old.frames.length !== current.frames.length || old.mayGotoDepth !== current.mayGotoDepth) return;
    if (old.callbackUnrollDepth !== current.callbackUnrollDepth) return;
    const [a, b] = [old.frame.registers, current.frame.registers];
    for (let i = 0; i < 11; i++)
      if (a[i]!.id !== b[i]!.id || a[i]!.reference !== b[i]!.reference || !sameExceptIds(a[i]!, b[i]!)) return;
    if (!this.#equal(walk, old, "exact") || haveOtherElements(old, current)) return;
    const states = [`cur state:${stateText(current)}`, `old state:${stateText(old)}`];
    throw new Refusal("loop", index, [`infinite loop detected at insn ${index}`], states, [{ index, prefix: "; " }]);
  }

  #keep(walk: Walk, bucket: WalkState[]): void {
    const { state: current, index } = walk;
    this.totalStates++;
    this.#kept++;
    this.#notePeak();
    this.#jumpsAtLast = walk.jumpsProcessed;
    this.#instructionsAtLast = walk.instructionsProcessed;
    if (walk.privileges.bpf) forgetPrecision(current);
    const state = current.copy();
    state.index = index;
    current.parent = state;
    current.firstIndex = index;
    current.history = [];
    this.#loops.enter(state);
    bucket.unshift(state);
  }

  #evict(state: WalkState): void {
    state.evicted = true;
    this.#kept--;
    this.#evictedKept++;
    this.#forgetEvicted(state);
  }

  /** Paths kept in a loop may be compared with it: then it stays to the end (maybe_free_verifier_state). */
  #forgetEvicted(state: WalkState): void {
    if (state.evicted && state.branches === 0 && !this.#loops.isIncomplete(state)) this.#evictedKept--;
  }

  /** A path has ended: what it came through has one branch less to be walked (update_branch_counts). */
  endPath(walk: Walk): void {
    for (let ended: WalkState | null = walk.state; ended !== null; ended = ended.parent) {
      ended.branches--;
      if (ended.branches > 0) return;
      this.#endLoop(walk, ended);
      this.#forgetEvicted(ended);
    }
  }

  /** The loop that was entered with this state is walked: what is precise in it is carried round (propagate_backedges). */
  #endLoop(walk: Walk, entry: WalkState): void {
    const edges = this.#loops.leave(entry);
    if (edges.length === 0) return;
    let changed = true;
    for (let round = 0; changed; round++) {
      if (round >= MAX_ROUNDS) {
        for (const { state } of edges) markAllPrecise(state, walk.log);
        break;
      }
      changed = false;
      for (const { state, equal } of edges) changed = propagatePrecision(walk, equal, state) || changed;
    }
    this.#loops.forget(entry);
  }

  /** What no path will read any more is forgotten in states that no path goes on from (clean_live_states). */
  #forgetDead(walk: Walk, bucket: readonly WalkState[]): void {
    for (const old of bucket) {
      if (old.branches > 0 || old.cleaned || old.index !== walk.index || this.#loops.isIncomplete(old)) continue;
      if (!sameCallsites(old, walk.state)) continue;
      old.cleaned = true;
      const isLive = walk.liveness.query(old);
      for (const [number, { registers, stack }] of old.frames.entries()) {
        const live = walk.liveRegisters[old.indexOfFrame(number)]!;
        for (let i = 0; i < 10; i++) if (((live >> i) & 1) === 0) registers[i] = NOT_INIT;
        for (let i = 0; i < stack.length; i++) if (!isLive(number, i)) stack[i] = EMPTY_SLOT;
      }
    }
  }
}

function sameCallsites(a: WalkState, b: WalkState): boolean {
  return a.frames.length === b.frames.length && a.frames.every((frame, i) => frame.callsite === b.frames[i]!.callsite);
}

/** The iterator that R1 points at is active. */
function hasMoreElements(state: WalkState): boolean {
  const { extent, offset, scalar } = state.frame.registers[1]!;
  const slot = state.frames[extent]!.stack[(-(offset + Number(scalar.smin)) - 1) >> 3];
  return slot !== undefined && isIterator(slot) && slot.spilled.extent === ACTIVE;
}

/** An active iterator stands at another element (iter_active_depths_differ). */
function haveOtherElements(old: WalkState, current: WalkState): boolean {
  return old.frames.some(({ stack }, frame) =>
    stack.some(
      (slot, i) =>
        isIterator(slot) &&
        slot.spilled.extent === ACTIVE &&
        current.frames[frame]!.stack[i]?.spilled.offset !== slot.spilled.offset,
    ),
  );
}
