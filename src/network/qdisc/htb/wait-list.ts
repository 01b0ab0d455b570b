import type { HtbClass } from "./htb-class.ts";

interface Waiting {
  readonly time: number;
  readonly one: HtbClass;
  /** `one.waits` when it began; the entry is void once that is another. */
  readonly ticket: number;
}

/** Classes by the time at which their mode changes: a binary heap, whose void entries are skipped. */
export class WaitList {
  private readonly heap: Waiting[] = [];

  add(one: HtbClass, time: number): void {
    one.wakeAt = time;
    const { heap } = this;
    heap.push({ time, one, ticket: ++one.waits });
    let at = heap.length - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heap[above]!.time <= heap[at]!.time) break;
      [heap[above], heap[at]] = [heap[at]!, heap[above]!];
      at = above;
    }
  }

  /** It waits no more. */
  remove(one: HtbClass): void {
    one.waits++;
  }

  /** The class whose time comes first; undefined: none waits. */
  first(): HtbClass | undefined {
    for (;;) {
      const top = this.heap[0];
      if (top === undefined) return undefined;
      if (top.ticket === top.one.waits) return top.one;
      this.pop();
    }
  }

  /** Takes the first out. */
  pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return;
    heap[0] = last;
    let at = 0;
    for (;;) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2])
        if (below < heap.length && heap[below]!.time < heap[least]!.time) least = below;
      if (least === at) return;
      [heap[least], heap[at]] = [heap[at]!, heap[least]!];
      at = least;
    }
  }
}
