import { AT, STAGES } from "../../flow/layout.ts";
import { PrefixTrie } from "./prefix-trie.ts";
import type { ClassifierRule } from "./rule.ts";
import { TRIE_FIELDS, type TrieField, type TrieLookups } from "./tries.ts";

/** Bits of both transport ports, which have a trie of their own in each subtable. */
const PORT_BITS = 32;

/**
 * The rules of a classifier that look at the same bits. A look-up goes through the stages in which the mask has bits and
 * ends with the first whose bits no rule has, so that only the bits up to there count (lib/classifier.c, find_match_wc).
 */
export class Subtable<R extends ClassifierRule> {
  readonly mask: Uint8Array;
  /** Highest priority of its rules. */
  maxPriority = 0;
  /** Byte ranges of the stages in which the mask has bits; the last is that of the rules themselves. */
  readonly #stages: readonly (readonly (readonly [number, number])[])[];
  /** How many rules have these bytes, stage by stage up to it. */
  readonly #indices: readonly Map<string, number>[];
  /** By the masked bytes of all stages; the highest priority first. */
  readonly #rules = new Map<string, R[]>();
  /** Prefix length of each field that has a trie; 0: no prefix of it is looked at. */
  readonly prefixes: readonly number[];
  /** How many rules have each priority. */
  readonly #priorities = new Map<number, number>();
  readonly #portBits: number;
  readonly #ports = new PrefixTrie();

  constructor(mask: Uint8Array) {
    this.mask = mask;
    const isWanted = (ranges: readonly (readonly [number, number])[]) =>
      ranges.some(([from, to]) => mask.subarray(from, to).some((byte) => byte !== 0));
    this.#stages = STAGES.filter(isWanted);
    this.#indices = this.#stages.slice(0, -1).map(() => new Map());
    this.prefixes = TRIE_FIELDS.map((field) => prefixLength(mask, field));
    this.#portBits = lastBit(mask, AT.tpSrc, PORT_BITS);
  }

  get isEmpty(): boolean {
    return this.#rules.size === 0;
  }

  /** Adds a rule and returns the one that it replaces: of the same match and priority. */
  insert(rule: R): R | undefined {
    const { key } = rule.match;
    const keys = this.#keys(key);
    const same = this.#rules.get(keys.at(-1)!) ?? [];
    const old = same.findIndex(({ priority }) => priority === rule.priority);
    if (old >= 0) {
      const [replaced] = same.splice(old, 1, rule);
      return replaced;
    }
    same.push(rule);
    same.sort((a, b) => b.priority - a.priority);
    this.#rules.set(keys.at(-1)!, same);
    for (const [i, index] of this.#indices.entries()) index.set(keys[i]!, (index.get(keys[i]!) ?? 0) + 1);
    if (this.#portBits > 0) this.#ports.insert(key, AT.tpSrc, this.#portBits);
    this.#priorities.set(rule.priority, (this.#priorities.get(rule.priority) ?? 0) + 1);
    this.maxPriority = Math.max(this.maxPriority, rule.priority);
    return undefined;
  }

  /** The rule with exactly this key and priority. */
  findExactly(key: Uint8Array, priority: number): R | undefined {
    return this.#rules.get(this.#keys(key).at(-1)!)?.find((rule) => rule.priority === priority);
  }

  remove(rule: R): void {
    const { key } = rule.match;
    const keys = this.#keys(key);
    const left = (this.#rules.get(keys.at(-1)!) ?? []).filter((other) => other !== rule);
    if (left.length > 0) this.#rules.set(keys.at(-1)!, left);
    else this.#rules.delete(keys.at(-1)!);
    for (const [i, index] of this.#indices.entries()) {
      const count = index.get(keys[i]!)! - 1;
      if (count > 0) index.set(keys[i]!, count);
      else index.delete(keys[i]!);
    }
    if (this.#portBits > 0) this.#ports.remove(key, AT.tpSrc, this.#portBits);
    const others = this.#priorities.get(rule.priority)! - 1;
    if (others > 0) this.#priorities.set(rule.priority, others);
    else this.#priorities.delete(rule.priority);
    if (others === 0 && rule.priority === this.maxPriority) this.maxPriority = Math.max(0, ...this.#priorities.keys());
  }

  /** The rules that match, the highest priority first; adds to `wanted` what the look-up has looked at. */
  find(flow: Uint8Array, tries: TrieLookups, wanted: Uint8Array): readonly R[] {
    let text = "";
    for (const [i, stage] of this.#stages.entries()) {
      const isLast = i === this.#stages.length - 1;
      if (tries.exclude(this.prefixes, stage, flow, wanted)) return this.#missed(i, wanted);
      text += this.#masked(flow, stage);
      if (!isLast && !this.#indices[i]!.has(text)) return this.#missed(i + 1, wanted);
    }
    const rules = this.#rules.get(text);
    if (rules !== undefined || this.#portBits === 0) {
      this.#missed(this.#stages.length, wanted);
      return rules ?? [];
    }
    const ports = new Uint8Array(4);
    for (let i = 0; i < 4; i++) ports[i] = flow[AT.tpSrc + i]! & this.mask[AT.tpSrc + i]!;
    const { bits } = this.#ports.lookup(ports, 0, PORT_BITS);
    for (let i = 0; i < bits; i++) {
      const bit = 0x80 >> (i & 7);
      wanted[AT.tpSrc + (i >> 3)]! |= this.mask[AT.tpSrc + (i >> 3)]! & bit;
    }
    return this.#missed(this.#stages.length - 1, wanted);
  }

  /** Looks at the mask's bits in the first stages. */
  #missed(stages: number, wanted: Uint8Array): readonly R[] {
    for (const stage of this.#stages.slice(0, stages))
      for (const [from, to] of stage) for (let i = from; i < to; i++) wanted[i]! |= this.mask[i]!;
    return [];
  }

  /** The masked bytes up to each stage; of a subtable that looks at nothing: the empty text. */
  #keys(key: Uint8Array): string[] {
    let text = "";
    const keys = this.#stages.map((stage) => {
      text += this.#masked(key, stage);
      return text;
    });
    return keys.length === 0 ? [""] : keys;
  }

  #masked(key: Uint8Array, stage: readonly (readonly [number, number])[]): string {
    let text = "";
    for (const [from, to] of stage)
      for (let i = from; i < to; i++) {
        const bits = this.mask[i]!;
        if (bits !== 0) text += String.fromCharCode(key[i]! & bits);
      }
    return text;
  }
}

/** Length of the prefix that a mask wants of a field, 0 where what it wants is no prefix. */
function prefixLength(mask: Uint8Array, { at, bits }: TrieField): number {
  const length = lastBit(mask, at, bits);
  for (let i = 0; i < length; i++) if ((mask[at + (i >> 3)]! & (0x80 >> (i & 7))) === 0) return 0;
  return length;
}

/** One more than the index of the last bit that is set, 0 without any. */
function lastBit(mask: Uint8Array, at: number, bits: number): number {
  for (let i = bits - 1; i >= 0; i--) if ((mask[at + (i >> 3)]! & (0x80 >> (i & 7))) !== 0) return i + 1;
  return 0;
}
