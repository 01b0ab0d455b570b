import { OP } from "../ir/opcode.ts";

const BUCKETS = 256;

/**
 * Numbers for values, so that two computations which give the same one are told by their numbers (value numbering). What is
 * computed from equal values by the same operation is equal. 0 is the number of what is not known.
 */
export class Values {
  readonly #heads = new Int32Array(BUCKETS);
  #count = 0;
  #capacity = 256;
  #codes = new Int32Array(this.#capacity);
  #lefts = new Int32Array(this.#capacity);
  #rights = new Int32Array(this.#capacity);
  #nexts = new Int32Array(this.#capacity);

  /** Forgets all. */
  clear(): void {
    this.#heads.fill(0);
    this.#count = 0;
  }

  /** The number of what an operation makes of two operands: numbers of values, or a constant that belongs to the operation. */
  of(code: number, left: number, right: number): number {
    const [l, r] = [left | 0, right | 0];
    const bucket = (code ^ (l << 4) ^ (r << 8)) & (BUCKETS - 1);
    for (let at = this.#heads[bucket]!; at !== 0; at = this.#nexts[at]!)
      if (this.#codes[at] === code && this.#lefts[at] === l && this.#rights[at] === r) return at;
    const at = ++this.#count;
    if (at === this.#capacity) this.#grow();
    this.#codes[at] = code;
    this.#lefts[at] = l;
    this.#rights[at] = r;
    this.#nexts[at] = this.#heads[bucket]!;
    this.#heads[bucket] = at;
    return at;
  }

  /** The number of a constant. */
  ofConstant(k: number): number {
    return this.of(OP.LD_IMM, k, 0);
  }

  /** Whether the value is a constant. */
  isConstant(value: number): boolean {
    return value !== 0 && this.#codes[value] === OP.LD_IMM;
  }

  /** A constant's value, unsigned. */
  constant(value: number): number {
    return this.#lefts[value]! >>> 0;
  }

  #grow(): void {
    this.#capacity *= 2;
    const grown = (old: Int32Array) => {
      const array = new Int32Array(this.#capacity);
      array.set(old);
      return array;
    };
    this.#codes = grown(this.#codes);
    this.#lefts = grown(this.#lefts);
    this.#rights = grown(this.#rights);
    this.#nexts = grown(this.#nexts);
  }
}
