const BITS = 32;

/** As many sets as there are rows, of numbers below `members`. */
export class BitSets {
  readonly #words: Int32Array;
  readonly #stride: number;

  constructor(rows: number, members: number) {
    this.#stride = Math.ceil(members / BITS);
    this.#words = new Int32Array(rows * this.#stride);
  }

  /** Makes every set hold all numbers. */
  fill(): void {
    this.#words.fill(-1);
  }

  clear(row: number): void {
    this.#words.fill(0, row * this.#stride, (row + 1) * this.#stride);
  }

  add(row: number, member: number): void {
    this.#words[row * this.#stride + (member >>> 5)]! |= 1 << (member & 31);
  }

  has(row: number, member: number): boolean {
    return (this.#words[row * this.#stride + (member >>> 5)]! & (1 << (member & 31))) !== 0;
  }

  /** Leaves in a set what the other has too. */
  intersect(row: number, other: number): void {
    const words = this.#words;
    const [to, from] = [row * this.#stride, other * this.#stride];
    for (let i = 0; i < this.#stride; i++) words[to + i]! &= words[from + i]!;
  }

  /** The smallest member from `from` on; -1: none. */
  next(row: number, from: number): number {
    const start = row * this.#stride;
    for (let i = from >>> 5; i < this.#stride; i++) {
      let word = this.#words[start + i]!;
      if (i === from >>> 5) word &= -1 << (from & 31);
      if (word !== 0) return i * BITS + 31 - Math.clz32(word & -word);
    }
    return -1;
  }
}
