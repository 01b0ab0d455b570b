import type { FlowRule } from "./flow-table.ts";

interface Entry {
  readonly rule: FlowRule;
  /** Nanoseconds at which the rule goes, unless packets have kept it since. */
  readonly at: number;
}

/** Rules by the time at which they go by themselves: a binary heap, the earliest first. Entries of rules that are gone, or were kept, are found out when their time comes. */
export class Expiries {
  readonly #heap: Entry[] = [];
  readonly #rules = new Set<FlowRule>();

  /** When the first may go; Infinity: none does. */
  get next(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Adds a rule that has timeouts, or one whose timeouts have become shorter. */
  add(rule: FlowRule): void {
    const at = rule.expiry;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#rules.add(rule);
    this.#push({ rule, at });
  }

  remove(rule: FlowRule): void {
    this.#rules.delete(rule);
  }

  /** The rules whose time is over. */
  take(now: number): FlowRule[] {
    const over: FlowRule[] = [];
    while (this.next <= now) {
      const { rule } = this.#pop();
      if (!this.#rules.has(rule)) continue;
      if (rule.expiry > now) this.#push({ rule, at: rule.expiry });
      else {
        this.#rules.delete(rule);
        over.push(rule);
      }
    }
    return over;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(entry);
    for (let parent = (i - 1) >> 1; i > 0 && heap[parent]!.at > entry.at; parent = (i - 1) >> 1) {
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): Entry {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child++;
      if (heap[child]!.at >= last.at) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}
