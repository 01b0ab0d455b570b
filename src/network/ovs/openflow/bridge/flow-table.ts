import type { ConjunctionAction } from "../action/tables.ts";
import { Classifier } from "../classifier/classifier.ts";
import type { ClassifierRule, Conjunction } from "../classifier/rule.ts";
import type { FlowEntry } from "../flow/flow.ts";

/** A flow in a table, with what it has seen. */
export class FlowRule implements ClassifierRule {
  readonly entry: FlowEntry;
  readonly conjunctions: readonly Conjunction[];
  packets = 0n;
  bytes = 0n;
  /** Simulated nanoseconds. */
  added: number;
  used: number;
  /** When it was added, or last taught again. */
  modified: number;
  /** Seconds, as fin_timeout has left them. */
  idleTimeout: number;
  hardTimeout: number;

  constructor(entry: FlowEntry, now: number) {
    this.entry = entry;
    this.conjunctions = entry.actions
      .filter((action): action is ConjunctionAction => action.kind === "conjunction")
      .map(({ id, clause, clauses }) => ({ id, clause, clauses }));
    this.added = now;
    this.used = now;
    this.modified = now;
    this.idleTimeout = entry.idleTimeout;
    this.hardTimeout = entry.hardTimeout;
  }

  /** Stands in the place of a rule that was modified (replace_rule_create). */
  takeOver(before: FlowRule, resetCounts: boolean): void {
    this.added = before.added;
    this.used = before.used;
    this.idleTimeout = before.idleTimeout;
    this.hardTimeout = before.hardTimeout;
    if (resetCounts) return;
    this.packets = before.packets;
    this.bytes = before.bytes;
  }

  get match() {
    return this.entry.match;
  }

  get priority() {
    return this.entry.priority;
  }

  /** A rule of the lowest priority that matches everything: what it sends to controllers are misses. */
  get isTableMiss(): boolean {
    return this.priority === 0 && this.match.mask.every((byte) => byte === 0);
  }

  /** When it goes by itself, in nanoseconds; Infinity: never. */
  get expiry(): number {
    const idle = this.idleTimeout === 0 ? Number.POSITIVE_INFINITY : this.used + this.idleTimeout * 1e9;
    const hard = this.hardTimeout === 0 ? Number.POSITIVE_INFINITY : this.modified + this.hardTimeout * 1e9;
    return Math.min(idle, hard);
  }
}

/** One table of a bridge's pipeline. */
export type FlowTable = Classifier<FlowRule>;

export function flowTable(): FlowTable {
  return new Classifier<FlowRule>();
}
