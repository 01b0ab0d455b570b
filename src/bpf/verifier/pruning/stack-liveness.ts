import type { ProgramModel } from "../program/program-model.ts";
import { successorsOf } from "../program/successors.ts";
import type { WalkState } from "../state/walk-state.ts";

/**
 * Which stack slots may still be read (kernel/bpf/liveness.c of Linux 6.18). The walk notes, for each chain of calls and
 * each instruction, the slots that the instruction may read and those that it writes whole whenever it runs; whenever a path
 * ends, the notes are carried back over the control-flow graph and into the callers. Slots that are not live are forgotten in
 * explored states, so that more states are alike.
 */
export class StackLiveness {
  readonly #model: ProgramModel;
  readonly #postorders: readonly Int32Array[];
  readonly #instances = new Map<string, Instance>();
  #current: Instance | null = null;
  /** Slots written by the instruction at hand, by frame: low and high words. */
  readonly #written = new Int32Array(16);
  #writingIndex = 0;

  constructor(model: ProgramModel, postorders: readonly Int32Array[]) {
    this.#model = model;
    this.#postorders = postorders;
  }

  /** The walk goes on in another function. */
  leave(): void {
    this.#current = null;
  }

  beginInstruction(state: WalkState, index: number): void {
    this.#current ??= this.#lookUp(chainOf(state, state.frames.length - 1));
    this.#writingIndex = index;
    this.#written.fill(0, 0, this.#current.depth * 2);
  }

  noteRead(state: WalkState, index: number, frame: number, slot: number): void {
    this.#current ??= this.#lookUp(chainOf(state, state.frames.length - 1));
    this.#current.addRead(frame, index, slot < 32 ? 1 << slot : 0, slot < 32 ? 0 : 1 << (slot - 32));
  }

  noteWrite(frame: number, slot: number): void {
    this.#written[frame * 2 + (slot >> 5)]! |= 1 << (slot & 31);
  }

  endInstruction(): void {
    this.#current?.commitWrites(this.#writingIndex, this.#written);
  }

  /** Carries the notes of every function that the state is in to where they matter. */
  update(state: WalkState): void {
    this.#current = null;
    for (let frame = state.frames.length - 1; frame >= 0; frame--) {
      const instance = this.#lookUp(chainOf(state, frame));
      if (!instance.updated) continue;
      instance.solve(this.#model, this.#postorders[instance.subprogram]!);
      if (instance.depth > 1) this.#tellCaller(instance);
      instance.updated = false;
      instance.dropped = false;
    }
  }

  #tellCaller(callee: Instance): void {
    const caller = this.#lookUp(callee.chain.slice(0, -1));
    const callsite = callee.chain[callee.chain.length - 2]!.callsite;
    const written = new Int32Array(16);
    for (let frame = 0; frame < callee.depth - 1; frame++) {
      const masks = callee.frames[frame];
      if (masks === undefined) continue;
      written[frame * 2] = masks.writtenLater[0]!;
      written[frame * 2 + 1] = masks.writtenLater[1]!;
      caller.addRead(frame, callsite, masks.liveBefore[0]!, masks.liveBefore[1]!);
    }
    caller.commitWrites(callsite, written);
  }

  /** Asks about one state at a time. */
  query(state: WalkState): (frame: number, slot: number) => boolean {
    const instances = state.frames.map((_, frame) => this.#lookUp(chainOf(state, frame)));
    const innermost = instances[instances.length - 1]!;
    return (frame, slot) => {
      if (innermost.isLive(frame, state.index, slot)) return true;
      for (let i = frame; i < instances.length - 1; i++)
        if (instances[i]!.isLive(frame, state.frames[i + 1]!.callsite + 1, slot)) return true;
      return false;
    };
  }

  #lookUp(chain: readonly Link[]): Instance {
    let key = "";
    for (let i = 0; i < chain.length - 1; i++) key += `${chain[i]!.callsite},`;
    key += this.#model.subprograms[chain[chain.length - 1]!.subprogram]!.start;
    let instance = this.#instances.get(key);
    if (instance === undefined) {
      const { start, end } = this.#model.subprograms[chain[chain.length - 1]!.subprogram]!;
      instance = new Instance(chain, start, end - start);
      this.#instances.set(key, instance);
    }
    return instance;
  }
}

/** A function in a chain of calls, and the instruction in it that called the next one. */
interface Link {
  readonly subprogram: number;
  readonly callsite: number;
}

function chainOf(state: WalkState, last: number): Link[] {
  const chain: Link[] = [];
  for (let i = 0; i <= last; i++)
    chain.push({ subprogram: state.frames[i]!.subprogram, callsite: i < last ? state.frames[i + 1]!.callsite : -1 });
  return chain;
}

/** Slot masks of one frame: two words an instruction. */
interface Masks {
  readonly mayRead: Int32Array;
  readonly mustWrite: Int32Array;
  readonly writtenLater: Int32Array;
  readonly liveBefore: Int32Array;
}

/** A function as called by one chain of calls. */
class Instance {
  readonly chain: readonly Link[];
  readonly frames: Masks[] = [];
  updated = false;
  /** An instruction was found to write less than was thought. */
  dropped = false;
  readonly #start: number;
  readonly #count: number;
  readonly #writesKnown: Uint8Array;

  constructor(chain: readonly Link[], start: number, count: number) {
    this.chain = chain;
    this.#start = start;
    this.#count = count;
    this.#writesKnown = new Uint8Array(count);
  }

  get depth(): number {
    return this.chain.length;
  }

  get subprogram(): number {
    return this.chain[this.chain.length - 1]!.subprogram;
  }

  #masks(frame: number): Masks {
    const words = this.#count * 2;
    this.frames[frame] ??= {
      mayRead: new Int32Array(words),
      mustWrite: new Int32Array(words),
      writtenLater: new Int32Array(words),
      liveBefore: new Int32Array(words),
    };
    return this.frames[frame];
  }

  addRead(frame: number, index: number, low: number, high: number): void {
    const { mayRead, liveBefore } = this.#masks(frame);
    const at = (index - this.#start) * 2;
    const [newLow, newHigh] = [mayRead[at]! | low, mayRead[at + 1]! | high];
    if (newLow === mayRead[at] && newHigh === mayRead[at + 1]) return;
    if ((newLow & ~liveBefore[at]!) !== 0 || (newHigh & ~liveBefore[at + 1]!) !== 0) this.updated = true;
    mayRead[at] = newLow;
    mayRead[at + 1] = newHigh;
  }

  commitWrites(index: number, written: Int32Array): void {
    const relative = index - this.#start;
    const known = this.#writesKnown[relative] === 1;
    for (let frame = 0; frame < this.depth; frame++) {
      let [low, high] = [written[frame * 2]!, written[frame * 2 + 1]!];
      if ((low | high) === 0 && (!known || this.frames[frame] === undefined)) continue;
      const { mustWrite } = this.#masks(frame);
      const [oldLow, oldHigh] = [mustWrite[relative * 2]!, mustWrite[relative * 2 + 1]!];
      if (known) {
        low &= oldLow;
        high &= oldHigh;
      }
      if (low !== oldLow || high !== oldHigh) {
        mustWrite[relative * 2] = low;
        mustWrite[relative * 2 + 1] = high;
        this.updated = true;
      }
      if ((oldLow & ~low) !== 0 || (oldHigh & ~high) !== 0) this.dropped = true;
    }
    this.#writesKnown[relative] = 1;
  }

  isLive(frame: number, index: number, slot: number): boolean {
    const masks = this.frames[frame];
    if (masks === undefined) return false;
    return ((masks.liveBefore[(index - this.#start) * 2 + (slot >> 5)]! >>> (slot & 31)) & 1) === 1;
  }

  /** Carries the notes backwards until nothing changes. */
  solve(model: ProgramModel, postorder: Int32Array): void {
    if (this.dropped) for (const masks of this.frames) masks?.writtenLater.fill(0);
    let changed = true;
    while (changed) {
      changed = false;
      for (const masks of this.frames)
        if (masks !== undefined) for (const index of postorder) changed = this.#carry(model, masks, index) || changed;
    }
  }

  #carry(model: ProgramModel, masks: Masks, index: number): boolean {
    const successors = successorsOf(model, index);
    if (successors.length === 0) return false;
    let changed = false;
    for (let word = 0; word < 2; word++) {
      const at = (index - this.#start) * 2 + word;
      let live = 0;
      let written = -1;
      for (const successor of successors) {
        const next = (successor - this.#start) * 2 + word;
        live |= masks.liveBefore[next]!;
        written &= masks.writtenLater[next]!;
      }
      live = (live & ~masks.mustWrite[at]!) | masks.mayRead[at]!;
      written |= masks.mustWrite[at]!;
      if (live === masks.liveBefore[at] && written === masks.writtenLater[at]) continue;
      masks.liveBefore[at] = live;
      masks.writtenLater[at] = written;
      changed = true;
    }
    return changed;
  }
}
