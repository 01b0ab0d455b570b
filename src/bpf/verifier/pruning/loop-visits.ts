import type { VerifierLog } from "../log/verifier-log.ts";
import type { WalkState } from "../state/walk-state.ts";

/** A path that ended in a loop, in a state that an earlier round, not walked to its end yet, allows. */
export interface BackEdge {
  readonly state: WalkState;
  /** The state of the earlier round. */
  readonly equal: WalkState;
}

/** A loop as entered by one path (`struct bpf_scc_visit`). */
interface Visit {
  entry: WalkState | null;
  backEdges: BackEdge[];
}

/**
 * What is precise in a loop is known only when all of its rounds have been walked. Until then paths that end in it are kept,
 * and its states are compared as if everything were precise.
 */
export class LoopVisits {
  readonly #cycles: Int32Array;
  readonly #log: VerifierLog;
  readonly #visits = new Map<string, Visit>();
  /** Paths kept at present. */
  backEdges = 0;

  constructor(cycles: Int32Array, log: VerifierLog) {
    this.#cycles = cycles;
    this.#log = log;
  }

  /** The calls that lead to the outermost loop around a state, and that loop; undefined outside of loops. */
  #keyOf(state: WalkState): string | undefined {
    let key = "";
    for (let i = 0; i < state.frames.length; i++) {
      const index = state.indexOfFrame(i);
      const cycle = this.#cycles[index]!;
      if (cycle !== 0) return `(${key}${cycle})`;
      key += `${index},`;
    }
    return undefined;
  }

  /** Another function is walked now. */
  forgetAll(): void {
    this.#visits.clear();
    this.backEdges = 0;
  }

  enter(state: WalkState): void {
    const key = this.#keyOf(state);
    if (key === undefined) return;
    const visit = this.#visits.get(key);
    if (visit === undefined) this.#visits.set(key, { entry: state, backEdges: [] });
    else if (visit.entry !== null) return;
    else visit.entry = state;
    this.#log.detail(`SCC enter ${textOf(key)}`);
  }

  add(edge: BackEdge): void {
    const key = this.#keyOf(edge.equal)!;
    this.#visits.get(key)!.backEdges.push(edge);
    this.#log.detail(`SCC backedge ${textOf(key)}`);
    this.backEdges++;
  }

  /** Whether paths through the state may still have something to say of it. */
  isIncomplete(state: WalkState): boolean {
    if (this.backEdges === 0) return false;
    const key = this.#keyOf(state);
    return key !== undefined && (this.#visits.get(key)?.backEdges.length ?? 0) > 0;
  }

  /** All paths from a state have ended: where a loop was entered with it, gives the paths kept, the last one first. */
  leave(state: WalkState): readonly BackEdge[] {
    const key = this.#keyOf(state);
    const visit = key === undefined ? undefined : this.#visits.get(key);
    if (visit?.entry !== state) return [];
    visit.entry = null;
    this.#log.detail(`SCC exit ${textOf(key!)}`);
    return visit.backEdges.toReversed();
  }

  forget(state: WalkState): void {
    const visit = this.#visits.get(this.#keyOf(state)!)!;
    this.backEdges -= visit.backEdges.length;
    visit.backEdges = [];
  }
}

/** A call at slot 0 ends the list of calls, as in the kernel's text (format_callchain). */
const textOf = (key: string): string => key.replace(/([(,])0,.*?(\d+\))$/, "$1$2");
