import type { WalkState } from "./state/walk-state.ts";
import type { Walk } from "./walk/walk.ts";

/** Looks on while a program is walked, and changes nothing. What it is given is live: it copies what it keeps. */
export interface WalkObserver {
  /** The walk comes to the instruction at `walk.index` in the state `walk.state`. */
  arrived(walk: Walk): void;
  /** The instruction at `walk.state.index` was walked without complaint; `walk.index` is the next one. */
  walked?(walk: Walk): void;
  /** A path was put off; paths that wait are gone on with in the order last in, first out. */
  forked?(walk: Walk): void;
  /** The path that was put off last goes on. */
  resumed?(walk: Walk): void;
  /** The path ends at `walk.index`, as the walk was there before in the state `old`, which allows whatever this one does. */
  pruned?(walk: Walk, old: WalkState): void;
}
