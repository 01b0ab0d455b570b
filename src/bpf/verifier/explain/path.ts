import { entryAt } from "../pruning/history.ts";
import type { WalkState } from "../state/walk-state.ts";

/** Steps of a path that are worth telling. */
const MAX_STEPS = 4096;

/** Slots of the instructions that led to where the walk stopped, in their order; the last of them, if there are many. */
export function pathOf(state: WalkState, stoppedAt: number): readonly number[] {
  const path: number[] = [];
  let index = stoppedAt;
  for (let at: WalkState | null = state; at !== null && path.length < MAX_STEPS; at = at.parent) {
    let end = at.history.length;
    for (;;) {
      path.push(index);
      if (path.length >= MAX_STEPS) break;
      if (index === at.firstIndex && (end === 0 || (end === 1 && at.history[0]!.index === index))) break;
      const entry = entryAt(at.history, end, index);
      if (entry === undefined) index--;
      else {
        end--;
        index = entry.previous;
      }
      if (index < 0) break;
    }
    index = at.lastIndex;
    if (index < 0) break;
  }
  return path.reverse();
}
