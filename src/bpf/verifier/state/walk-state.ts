import type { Frame } from "./frame.ts";
import type { Register } from "./register.ts";
import { isSpilled } from "./stack-slot.ts";

/** One step of a path that backtracking cannot tell from the instructions alone (`struct bpf_jmp_history_entry`). */
export interface HistoryEntry {
  readonly index: number;
  readonly previous: number;
  /** STACK_ACCESS and its place, SOURCE_IS_STACK, DESTINATION_IS_STACK. */
  flags: number;
  /** Scalars that a comparison found to be bound to each other; null where it is not one. */
  linked: readonly LinkedRegister[] | null;
}

/** A register, or the scalar spilled in a slot. */
export interface LinkedRegister {
  readonly frame: number;
  readonly isRegister: boolean;
  /** Number of the register or the slot. */
  readonly place: number;
}

/** A resource that the program has to give back. */
export interface AcquiredReference {
  readonly id: number;
  /** Instruction that acquired it. */
  readonly index: number;
  /** Interrupts are off, not something that is held. */
  readonly isIrq?: boolean;
}

/** A spin lock that is held. */
export interface HeldLock {
  /** Of the look-up that found the value. */
  readonly id: number;
  /** Its map, or the types of the program where it lies in what the program allocated. */
  readonly owner: object | null;
  /** The last id that had been given when it was taken: what was acquired later has a higher one. */
  readonly since: number;
}

/** Where a path stands (`struct bpf_verifier_state`). */
export class WalkState {
  /** The outermost function's first. */
  frames: Frame[];
  /** The explored state that this path passed last. */
  parent: WalkState | null = null;
  /** Paths from here that have not ended yet. */
  branches = 0;
  index = 0;
  /** Instruction that the history begins at, and the last one before this state. */
  firstIndex = 0;
  lastIndex = -1;
  history: HistoryEntry[] = [];
  references: readonly AcquiredReference[] = [];
  lock: HeldLock | null = null;
  rcuLocked = false;
  /** Times that preemption was disabled more often than enabled. */
  preemptLocks = 0;
  /** Interrupts were switched off last by the reference of this id; 0: they are on. */
  irqId = 0;
  /** How often may_goto was taken on this path. */
  mayGotoDepth = 0;
  /** Rounds of callbacks on this path. */
  callbackUnrollDepth = 0;
  /** A processor that guesses wrongly may come here; the program itself does not. */
  speculative = false;
  /** What is dead in it was forgotten. */
  cleaned = false;
  /** It was taken out of the list of explored states while paths from it went on. */
  evicted = false;
  hits = 0;
  misses = 0;

  constructor(frames: Frame[]) {
    this.frames = frames;
  }

  get frame(): Frame {
    return this.frames[this.frames.length - 1]!;
  }

  copy(): WalkState {
    const copy = new WalkState(this.frames.map((frame) => frame.copy()));
    copy.parent = this.parent;
    copy.branches = this.branches;
    copy.index = this.index;
    copy.firstIndex = this.firstIndex;
    copy.lastIndex = this.lastIndex;
    copy.history = this.history.slice();
    copy.references = this.references;
    copy.lock = this.lock;
    copy.rcuLocked = this.rcuLocked;
    copy.preemptLocks = this.preemptLocks;
    copy.irqId = this.irqId;
    copy.mayGotoDepth = this.mayGotoDepth;
    copy.callbackUnrollDepth = this.callbackUnrollDepth;
    copy.speculative = this.speculative;
    return copy;
  }

  /** Replaces every register and spilled register by what `change` makes of it. */
  changeAll(change: (register: Register) => Register): void {
    for (const { registers, stack } of this.frames) {
      for (let i = 0; i < registers.length; i++) {
        const register = registers[i]!;
        const changed = change(register);
        if (changed !== register) registers[i] = changed;
      }
      for (let i = 0; i < stack.length; i++) {
        const slot = stack[i]!;
        if (!isSpilled(slot)) continue;
        const changed = change(slot.spilled);
        if (changed !== slot.spilled) stack[i] = { bytes: slot.bytes, spilled: changed };
      }
    }
  }

  /** Instruction that a frame stands at: inner ones wait behind calls. */
  indexOfFrame(number: number): number {
    return number === this.frames.length - 1 ? this.index : this.frames[number + 1]!.callsite;
  }
}
