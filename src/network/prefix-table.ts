import { get32 } from "../packet/wire.ts";
import { AddressMap } from "./address-map.ts";

/** The entries of one prefix length, and the mask that cuts an address to it. */
interface Level<T> {
  readonly prefix: number;
  readonly mask: readonly [number, number, number, number];
  readonly entries: AddressMap<T>;
}

/**
 * Longest-prefix match: a hash table for each prefix length in use, longest first. A look-up costs one probe for each
 * length, however many prefixes there are.
 */
export class PrefixTable<T> {
  private readonly family: 4 | 6;
  private readonly levels: Level<T>[] = [];

  constructor(family: 4 | 6) {
    this.family = family;
  }

  /** The entry of exactly this prefix. */
  exact(network: Uint8Array, prefix: number): T | undefined {
    const level = this.levels.find((candidate) => candidate.prefix === prefix);
    return level === undefined ? undefined : this.probe(level, network, 0);
  }

  /** Enters a prefix, in place of what was there. Bits of `network` behind the prefix do not count. */
  set(network: Uint8Array, prefix: number, value: T): void {
    let level = this.levels.find((candidate) => candidate.prefix === prefix);
    if (level === undefined) {
      level = { prefix, mask: maskOf(prefix), entries: new AddressMap<T>(this.family) };
      this.levels.push(level);
      this.levels.sort((a, b) => b.prefix - a.prefix);
    }
    const [a, b, c, d] = level.mask;
    if (this.family === 4) level.entries.setWords(get32(network, 0) & a, 0, 0, 0, 0, value);
    else
      level.entries.setWords(
        get32(network, 0) & a,
        get32(network, 4) & b,
        get32(network, 8) & c,
        get32(network, 12) & d,
        0,
        value,
      );
  }

  /** The entry with the longest prefix that holds the address at `at`. */
  lookup(bytes: Uint8Array, at: number): T | undefined {
    const { levels } = this;
    for (let i = 0; i < levels.length; i++) {
      const found = this.probe(levels[i]!, bytes, at);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private probe(level: Level<T>, bytes: Uint8Array, at: number): T | undefined {
    const { mask, entries } = level;
    if (this.family === 4) return entries.getWords(get32(bytes, at) & mask[0], 0, 0, 0, 0);
    return entries.getWords(
      get32(bytes, at) & mask[0],
      get32(bytes, at + 4) & mask[1],
      get32(bytes, at + 8) & mask[2],
      get32(bytes, at + 12) & mask[3],
      0,
    );
  }
}

function maskOf(prefix: number): [number, number, number, number] {
  const word = (first: number) => {
    const bits = Math.min(Math.max(prefix - first, 0), 32);
    // Shifting by 32 would shift by nothing.
    return bits === 0 ? 0 : (-1 << (32 - bits)) | 0;
  };
  return [word(0), word(32), word(64), word(96)];
}
