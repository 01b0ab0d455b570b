import { StableHeap } from "../../../../simulation/stable-heap.ts";
import type { FlowRule } from "./flow-table.ts";

interface Entry {
  readonly rule: FlowRule;
  /** Nanoseconds at which the rule goes, unless packets have kept it since. */
  readonly at: number;
}

/** Rules by the time at which they go by themselves. Entries of rules that are gone, or were kept, are found out when their time comes. */
export class Expiries {
  readonly #entries = new StableHeap<Entry>(({ at }) => at);
  readonly #rules = new Set<FlowRule>();

  /** When the first may go; Infinity: none does. */
  get next(): number {
    return this.#entries.peek()?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Adds a rule that has timeouts, or one whose timeouts have become shorter. */
  add(rule: FlowRule): void {
    const at = rule.expiry;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#rules.add(rule);
    this.#entries.push({ rule, at });
  }

  remove(rule: FlowRule): void {
    this.#rules.delete(rule);
  }

  /** The rules whose time is over. */
  take(now: number): FlowRule[] {
    const over: FlowRule[] = [];
    while (this.next <= now) {
      const { rule } = this.#entries.shift()!;
      if (!this.#rules.has(rule)) continue;
      if (rule.expiry > now) this.#entries.push({ rule, at: rule.expiry });
      else {
        this.#rules.delete(rule);
        over.push(rule);
      }
    }
    return over;
  }
}
