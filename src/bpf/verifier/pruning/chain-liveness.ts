import { slotsText } from "../log/mask-text.ts";
import type { VerifierLog } from "../log/verifier-log.ts";
import type { ControlFlow } from "../program/control-flow.ts";
import type { ProgramModel } from "../program/program-model.ts";
import { NO_EDGE } from "../program/successors.ts";

/** A function in a chain of calls, and the instruction in it that called the next one. */
export interface Link {
  readonly subprogram: number;
  readonly callsite: number;
}

/** Slot masks of one frame: two words an instruction. */
interface Masks {
  readonly mayRead: Int32Array;
  readonly mustWrite: Int32Array;
  readonly writtenLater: Int32Array;
  readonly liveBefore: Int32Array;
}

/** Stack slots that a function, as called by one chain of calls, and what it calls may still read. */
export class ChainLiveness {
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
  solve(model: ProgramModel, postorder: Int32Array, flow: ControlFlow, log: VerifierLog): void {
    if (this.dropped) for (const masks of this.frames) masks?.writtenLater.fill(0);
    let changed = true;
    let rounds = 0;
    for (; changed; rounds++) {
      changed = false;
      for (const [frame, masks] of this.frames.entries()) {
        if (masks === undefined) continue;
        for (const index of postorder) {
          const at = (index - this.#start) * 2;
          const before =
            log.level === 2 && this.#isTold(masks, index, flow)
              ? [masks.liveBefore.slice(at, at + 2), masks.writtenLater.slice(at, at + 2)]
              : undefined;
          changed = this.#carry(model, masks, index) || changed;
          if (before === undefined) continue;
          this.#tell(log, "live", frame, index, before[0]!, masks.liveBefore);
          this.#tell(log, "written", frame, index, before[1]!, masks.writtenLater);
        }
      }
    }
    if (log.level === 2) log.detail(`${this.#name} live stack update done in ${rounds} iterations`);
  }

  /** `(3,6)`: the calls that lead here, and where the function begins. */
  get #name(): string {
    return `(${[...this.chain.slice(0, -1).map(({ callsite }) => callsite), this.#start].join(",")})`;
  }

  #isTold({ mayRead, mustWrite }: Masks, index: number, flow: ControlFlow): boolean {
    const at = (index - this.#start) * 2;
    const touches = mayRead[at]! | mayRead[at + 1]! | mustWrite[at]! | mustWrite[at + 1]!;
    return touches !== 0 || index === this.#start || flow.prunePoints[index] === 1;
  }

  /** log_mask_change */
  #tell(log: VerifierLog, name: string, frame: number, index: number, before: Int32Array, masks: Int32Array): void {
    const at = (index - this.#start) * 2;
    const [low, high] = [masks[at]!, masks[at + 1]!];
    const set = slotsText(low & ~before[0]!, high & ~before[1]!);
    const cleared = slotsText(~low & before[0]!, ~high & before[1]!);
    if (set === "" && cleared === "") return;
    const changes = `${set === "" ? "" : `+${name} ${set} `}${cleared === "" ? "" : `-${name} ${cleared}`}`;
    log.detail(`${this.#name} frame ${frame} insn ${index} ${changes}`);
  }

  #carry(model: ProgramModel, masks: Masks, index: number): boolean {
    const next = model.edges.next[index]!;
    const branch = model.edges.branch[index]!;
    if (next === NO_EDGE) return false;
    let changed = false;
    for (let word = 0; word < 2; word++) {
      const at = (index - this.#start) * 2 + word;
      const behind = (next - this.#start) * 2 + word;
      let live = masks.liveBefore[behind]!;
      let written = masks.writtenLater[behind]!;
      if (branch !== NO_EDGE) {
        const target = (branch - this.#start) * 2 + word;
        live |= masks.liveBefore[target]!;
        written &= masks.writtenLater[target]!;
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
