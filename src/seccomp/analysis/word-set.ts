import type { TestKind } from "../compile/decision.ts";

const ALL = 0xffff_ffff;

/** Bits of a word that are known to have, or not to have, a value together. */
export interface Bits {
  readonly mask: number;
  readonly value: number;
}

/** Stretches of numbers, ascending and apart, each with both its ends. */
type Intervals = readonly (readonly [from: number, to: number])[];

/**
 * The values that a 32-bit word can have on one way through a filter: in one of some intervals, with some bits known, and some patterns
 * of bits excluded. What is said is exact.
 */
export class WordSet {
  readonly intervals: Intervals;
  readonly known: Bits;
  readonly excluded: readonly Bits[];

  private constructor(intervals: Intervals, known: Bits, excluded: readonly Bits[]) {
    this.intervals = intervals;
    this.known = known;
    this.excluded = excluded;
  }

  static readonly everything = new WordSet([[0, ALL]], { mask: 0, value: 0 }, []);

  static of(value: number): WordSet {
    return new WordSet([[value >>> 0, value >>> 0]], { mask: 0, value: 0 }, []);
  }

  get isEverything(): boolean {
    return this === WordSet.everything;
  }

  /** The only value; undefined where there are several. */
  get single(): number | undefined {
    const [first] = this.intervals;
    return this.intervals.length === 1 && first![0] === first![1] ? first![0] : undefined;
  }

  /**
   * The values for which a test goes that way; undefined where there is none. Throws RangeError for `gt` and `ge` of some bits, which this
   * does not know.
   */
  refine(mask: number, test: TestKind, k: number, outcome: boolean): WordSet | undefined {
    if (test === "set") {
      const bits = { mask: (mask & k) >>> 0, value: 0 };
      return outcome ? this.without(bits) : this.with(bits);
    }
    if (mask !== ALL && test === "eq") {
      if ((k & ~mask) !== 0) return outcome ? undefined : this;
      return outcome ? this.with({ mask, value: k }) : this.without({ mask, value: k });
    }
    if (mask !== ALL) throw new RangeError("an order of some bits");
    switch (test) {
      case "eq":
        return outcome ? this.cut(k, k) : this.remove(k);
      case "gt":
        return outcome ? this.cut(k + 1, ALL) : this.cut(0, k);
      default:
        return outcome ? this.cut(k, ALL) : this.cut(0, k - 1);
    }
  }

  /** Smallest value; undefined where there is none. */
  witness(): number | undefined {
    for (const [from, to] of this.intervals) {
      const found = this.smallest(from, to);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  has(value: number): boolean {
    return (
      this.intervals.some(([from, to]) => value >= from && value <= to) &&
      (value & this.known.mask) >>> 0 === this.known.value &&
      this.excluded.every(({ mask, value: pattern }) => (value & mask) >>> 0 !== pattern)
    );
  }

  private cut(from: number, to: number): WordSet | undefined {
    const intervals = this.intervals
      .map(([a, b]) => [Math.max(a, from), Math.min(b, to)] as const)
      .filter(([a, b]) => a <= b);
    return this.orEmpty(intervals, this.known, this.excluded);
  }

  private remove(value: number): WordSet | undefined {
    if (!this.intervals.some(([a, b]) => value >= a && value <= b)) return this;
    const intervals = this.intervals.flatMap(([a, b]) =>
      value < a || value > b
        ? [[a, b] as const]
        : ([
            [a, value - 1],
            [value + 1, b],
          ] as const),
    );
    return this.orEmpty(
      intervals.filter(([a, b]) => a <= b),
      this.known,
      this.excluded,
    );
  }

  private with({ mask, value }: Bits): WordSet | undefined {
    const both = mask & this.known.mask;
    if ((value & both) >>> 0 !== (this.known.value & both) >>> 0) return undefined;
    const known = { mask: (mask | this.known.mask) >>> 0, value: (value | this.known.value) >>> 0 };
    return this.orEmpty(this.intervals, known, this.excluded);
  }

  private without(bits: Bits): WordSet | undefined {
    return this.orEmpty(this.intervals, this.known, [...this.excluded, bits]);
  }

  private orEmpty(intervals: Intervals, known: Bits, excluded: readonly Bits[]): WordSet | undefined {
    if (intervals.length === 0) return undefined;
    const set = new WordSet(intervals, known, excluded);
    return set.witness() === undefined ? undefined : set;
  }

  /** Smallest value of an interval that has the known bits and none of the excluded patterns, found bit by bit from the top. */
  private smallest(from: number, to: number): number | undefined {
    if (this.known.mask === 0 && this.excluded.length === 0) return from;
    const { known, excluded } = this;
    const dead = new Set<string>();
    const search = (bit: number, prefix: number, atFrom: boolean, atTo: boolean, open: number): number | undefined => {
      // `open` has a bit for every pattern that the prefix still fits.
      if (bit < 0) return open === 0 ? prefix >>> 0 : undefined;
      const key = `${bit} ${atFrom} ${atTo} ${open}`;
      if (dead.has(key)) return undefined;
      for (const digit of [0, 1]) {
        const low = (from >>> bit) & 1;
        const high = (to >>> bit) & 1;
        if ((atFrom && digit < low) || (atTo && digit > high)) continue;
        if (((known.mask >>> bit) & 1) === 1 && ((known.value >>> bit) & 1) !== digit) continue;
        let still = open;
        for (const [i, { mask, value }] of excluded.entries())
          if (((mask >>> bit) & 1) === 1 && ((value >>> bit) & 1) !== digit) still &= ~(1 << i);
        const found = search(
          bit - 1,
          (prefix | (digit << bit)) >>> 0,
          atFrom && digit === low,
          atTo && digit === high,
          still,
        );
        if (found !== undefined) return found;
      }
      dead.add(key);
      return undefined;
    };
    if (excluded.length > 31) throw new RangeError("more patterns of bits than can be followed");
    return search(31, 0, true, true, 2 ** excluded.length - 1);
  }
}
