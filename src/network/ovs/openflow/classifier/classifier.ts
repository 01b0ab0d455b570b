import { AT } from "../../flow/layout.ts";
import { PrefixTrie } from "./prefix-trie.ts";
import type { ClassifierRule } from "./rule.ts";
import { Subtable } from "./subtable.ts";
import { TRIE_FIELDS, TrieLookups } from "./tries.ts";

/** Rules by their matches and priorities: finds the one that counts, and which bits of the packet decided that. */
export class Classifier<R extends ClassifierRule> {
  /** Those with the highest priorities first, else in the order in which they came. */
  #subtables: Subtable<R>[] = [];
  readonly #byMask = new Map<string, Subtable<R>>();
  readonly #tries = TRIE_FIELDS.map(() => new PrefixTrie());
  readonly #rules = new Set<R>();

  /** In the order in which they were added. */
  get rules(): Iterable<R> {
    return this.#rules;
  }

  get size(): number {
    return this.#rules.size;
  }

  /** Adds a rule and returns the one of the same match and priority that it replaces. */
  insert(rule: R): R | undefined {
    const { mask, key } = rule.match;
    const name = String.fromCharCode(...mask);
    let subtable = this.#byMask.get(name);
    if (subtable === undefined) {
      subtable = new Subtable(mask);
      this.#byMask.set(name, subtable);
      this.#subtables.push(subtable);
    }
    const replaced = subtable.insert(rule);
    this.#rules.add(rule);
    if (replaced !== undefined) this.#rules.delete(replaced);
    else for (const [i, trie] of this.#tries.entries()) trie.insert(key, TRIE_FIELDS[i]!.at, subtable.prefixes[i]!);
    this.#sort();
    return replaced;
  }

  remove(rule: R): void {
    const { mask, key } = rule.match;
    const name = String.fromCharCode(...mask);
    const subtable = this.#byMask.get(name)!;
    subtable.remove(rule);
    this.#rules.delete(rule);
    for (const [i, trie] of this.#tries.entries()) trie.remove(key, TRIE_FIELDS[i]!.at, subtable.prefixes[i]!);
    if (subtable.isEmpty) {
      this.#byMask.delete(name);
      this.#subtables = this.#subtables.filter((other) => other !== subtable);
    }
    this.#sort();
  }

  /** The rule with exactly this match and priority. */
  findExactly(rule: Pick<R, "match" | "priority">): R | undefined {
    const { key, mask } = rule.match;
    return this.#byMask.get(String.fromCharCode(...mask))?.findExactly(key, rule.priority);
  }

  /** The rule that counts for a flow; adds to `wanted` the bits of the flow that decided it. */
  lookup(flow: Uint8Array, wanted: Uint8Array): R | undefined {
    const hard = this.#lookup(flow, wanted, undefined);
    return hard;
  }

  /** `below`: conjunctive rules are left aside, and only lower priorities count. */
  #lookup(flow: Uint8Array, wanted: Uint8Array, conjunction: number | undefined): R | undefined {
    const tries = new TrieLookups(this.#tries);
    let best: R | undefined;
    const parts: R[] = [];
    for (const subtable of this.#subtables) {
      if (best !== undefined && subtable.maxPriority <= best.priority) break;
      const rules = subtable.find(flow, tries, wanted);
      for (const rule of rules) {
        if (best !== undefined && rule.priority <= best.priority) break;
        if (rule.conjunctions.length === 0) {
          best = rule;
          break;
        }
        if (conjunction === undefined) parts.push(rule);
      }
    }
    const whole = parts.length === 0 ? undefined : completed(parts, best?.priority ?? -1);
    if (whole === undefined) return best;
    // All clauses are met: the packet is looked up once more with the conjunction's id, ordinary rules only.
    const marked = flow.slice();
    for (let i = 0; i < 4; i++) marked[AT.conjId + i] = (whole >>> (8 * (3 - i))) & 0xff;
    return this.#lookup(marked, wanted, whole) ?? best;
  }

  #sort(): void {
    this.#subtables.sort((a, b) => b.maxPriority - a.maxPriority);
  }
}

/** Id of the conjunction of the highest priority above `above` of which every clause has a rule. */
function completed(parts: readonly ClassifierRule[], above: number): number | undefined {
  const priorities = [...new Set(parts.map(({ priority }) => priority))].sort((a, b) => b - a);
  for (const priority of priorities) {
    if (priority <= above) return undefined;
    const met = new Map<number, Set<number>>();
    for (const part of parts) {
      if (part.priority !== priority) continue;
      for (const { id, clause, clauses } of part.conjunctions) {
        const clausesMet = met.get(id) ?? new Set();
        met.set(id, clausesMet.add(clause));
        if (clausesMet.size === clauses) return id;
      }
    }
  }
  return undefined;
}
