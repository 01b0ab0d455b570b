/** Things by their times, those of one time in the order in which they came: a binary heap. */
export class StableHeap<T> {
  private readonly heap: T[] = [];
  private readonly sequences: number[] = [];
  private sequence = 0;
  private readonly timeOf: (one: T) => number;

  /** @param timeOf does not change while a thing is in the heap. */
  constructor(timeOf: (one: T) => number) {
    this.timeOf = timeOf;
  }

  get length(): number {
    return this.heap.length;
  }

  peek(): T | undefined {
    return this.heap[0];
  }

  push(one: T): void {
    const { heap, sequences } = this;
    heap.push(one);
    sequences.push(this.sequence++);
    for (let at = heap.length - 1; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.before(at, above)) break;
      this.swap(at, above);
      at = above;
    }
  }

  shift(): T | undefined {
    const { heap, sequences } = this;
    const last = heap.length - 1;
    if (last < 0) return undefined;
    this.swap(0, last);
    const one = heap.pop();
    sequences.pop();
    for (let at = 0; ; ) {
      let least = at;
      for (let below = 2 * at + 1; below <= 2 * at + 2; below++)
        if (below < last && this.before(below, least)) least = below;
      if (least === at) return one;
      this.swap(at, least);
      at = least;
    }
  }

  /** In no order. */
  [Symbol.iterator](): Iterator<T> {
    return this.heap.values();
  }

  private before(a: number, b: number): boolean {
    const gap = this.timeOf(this.heap[a]!) - this.timeOf(this.heap[b]!);
    return gap < 0 || (gap === 0 && this.sequences[a]! < this.sequences[b]!);
  }

  private swap(a: number, b: number): void {
    const { heap, sequences } = this;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
    [sequences[a], sequences[b]] = [sequences[b]!, sequences[a]!];
  }
}
