import type { WalkObserver } from "../observer.ts";
import type { Register } from "../state/register.ts";
import type { StackSlot } from "../state/stack-slot.ts";
import type { Walk } from "../walk/walk.ts";

/** An instruction on a path, and what the innermost function knew before it. */
export interface RecordedStep {
  /** Slot of the instruction. */
  readonly index: number;
  /** How many functions are active besides the main one. */
  readonly frame: number;
  /** R0 to R10. */
  readonly registers: readonly Register[];
  /** As in Frame. */
  readonly stack: readonly StackSlot[];
}

interface Link extends RecordedStep {
  previous: Link | null;
  readonly length: number;
}

/** Steps that are kept of a path; those before are forgotten. */
const KEPT_STEPS = 8192;

/** Keeps the path that the walk is on, so that a refusal can be followed back. */
export class PathRecorder implements WalkObserver {
  #last: Link | null = null;
  readonly #waiting: (Link | null)[] = [];
  readonly #visits = new Map<number, number>();

  arrived({ index, frame, state }: Walk): void {
    this.#visits.set(index, (this.#visits.get(index) ?? 0) + 1);
    const length = (this.#last?.length ?? 0) + 1;
    this.#last = {
      index,
      frame: state.frames.length - 1,
      registers: frame.registers.slice(),
      stack: frame.stack.slice(),
      previous: this.#last,
      length,
    };
    if (length % KEPT_STEPS === 0) this.#forget();
  }

  forked(): void {
    this.#waiting.push(this.#last);
  }

  resumed(): void {
    this.#last = this.#waiting.pop() ?? null;
  }

  /** The path up to where the walk stands, in its order. */
  path(): readonly RecordedStep[] {
    const steps: RecordedStep[] = [];
    for (let at = this.#last; at !== null && steps.length < KEPT_STEPS; at = at.previous) steps.push(at);
    return steps.reverse();
  }

  /** Slots of the instructions that the walk came to most often, and how often. */
  busiest(count: number): readonly (readonly [index: number, visits: number])[] {
    return [...this.#visits].sort(([a, x], [b, y]) => y - x || a - b).slice(0, count);
  }

  /** Cuts off what lies further back than is kept. */
  #forget(): void {
    let at = this.#last;
    for (let i = 1; at !== null && i < KEPT_STEPS; i++) at = at.previous;
    if (at !== null) at.previous = null;
  }
}
