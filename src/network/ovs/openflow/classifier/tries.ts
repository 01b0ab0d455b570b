import { get16 } from "../../../../packet/wire.ts";
import { AT } from "../../flow/layout.ts";
import { ETHERTYPE } from "../match/protocols.ts";
import type { PrefixLookup, PrefixTrie } from "./prefix-trie.ts";

/** A field whose prefixes a classifier keeps a trie of. */
export interface TrieField {
  readonly at: number;
  readonly bits: number;
  /** Type of Ethernet without which the field is not there. */
  readonly ethertype: number;
}

/** The fields that have tries unless a table is configured otherwise (vswitchd.conf.db(5), Flow_Table prefixes). */
export const TRIE_FIELDS: readonly TrieField[] = [
  { at: AT.nwDst, bits: 32, ethertype: ETHERTYPE.ip },
  { at: AT.nwSrc, bits: 32, ethertype: ETHERTYPE.ip },
];

/** The tries of a classifier during one look-up: each is asked at most once. */
export class TrieLookups {
  readonly #tries: readonly PrefixTrie[];
  readonly #found: (PrefixLookup | undefined)[] = [];

  constructor(tries: readonly PrefixTrie[]) {
    this.#tries = tries;
  }

  /**
   * Whether some trie knows that no rule of these prefix lengths matches the flow, where the trie's field is in one of
   * the ranges; then adds to `wanted` the bits that say so (check_tries).
   */
  exclude(
    prefixes: readonly number[],
    ranges: readonly (readonly [number, number])[],
    flow: Uint8Array,
    wanted: Uint8Array,
  ): boolean {
    for (const [i, { at, bits, ethertype }] of TRIE_FIELDS.entries()) {
      const length = prefixes[i]!;
      if (length === 0 || !ranges.some(([from, to]) => at >= from && at < to)) continue;
      if (get16(flow, AT.ethType) !== ethertype) continue;
      this.#found[i] ??= this.#tries[i]!.lookup(flow, at, bits);
      const found = this.#found[i];
      if (found.has(length)) continue;
      if (found.bits <= length) {
        for (let bit = 0; bit < found.bits; bit++) wanted[at + (bit >> 3)]! |= 0x80 >> (bit & 7);
        return true;
      }
      if (hasPrefix(wanted, at, found.bits)) return true;
    }
    return false;
  }
}

function hasPrefix(mask: Uint8Array, at: number, bits: number): boolean {
  for (let bit = 0; bit < bits; bit++) if ((mask[at + (bit >> 3)]! & (0x80 >> (bit & 7))) === 0) return false;
  return true;
}
