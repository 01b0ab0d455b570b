import { get32 } from "../packet/wire.ts";

const SMALLEST = 16;

/**
 * A hash table whose keys are network addresses: 4 or 16 bytes, with a number beside it where an address alone does not
 * tell apart (an interface's index). Looking up reads the address where it stands and allocates nothing.
 */
export class AddressMap<T> {
  readonly family: 4 | 6;
  size = 0;
  /** Five words for each slot: the address in network order, then the number. */
  private keys = new Int32Array(SMALLEST * 5);
  /** Undefined: the slot is empty. */
  private slots: (T | undefined)[] = new Array(SMALLEST).fill(undefined);

  constructor(family: 4 | 6) {
    this.family = family;
  }

  /** What is stored under the address at `at` of `bytes`. */
  get(bytes: Uint8Array, at: number, beside = 0): T | undefined {
    return this.family === 4
      ? this.getWords(get32(bytes, at) | 0, 0, 0, 0, beside)
      : this.getWords(
          get32(bytes, at) | 0,
          get32(bytes, at + 4) | 0,
          get32(bytes, at + 8) | 0,
          get32(bytes, at + 12) | 0,
          beside,
        );
  }

  set(bytes: Uint8Array, at: number, value: T, beside = 0): void {
    if (this.family === 4) this.setWords(get32(bytes, at) | 0, 0, 0, 0, beside, value);
    else
      this.setWords(
        get32(bytes, at) | 0,
        get32(bytes, at + 4) | 0,
        get32(bytes, at + 8) | 0,
        get32(bytes, at + 12) | 0,
        beside,
        value,
      );
  }

  /** As `get`, for an address given as signed 32-bit words; IPv4 addresses are the first word. */
  getWords(a: number, b: number, c: number, d: number, beside: number): T | undefined {
    return this.slots[this.find(a, b, c, d, beside)];
  }

  setWords(a: number, b: number, c: number, d: number, beside: number, value: T): void {
    const slot = this.find(a, b, c, d, beside);
    if (this.slots[slot] === undefined) {
      this.size++;
      this.keys.set([a, b, c, d, beside], slot * 5);
    }
    this.slots[slot] = value;
    // Half full at most, so that runs stay short.
    if (this.size * 2 > this.slots.length) this.rebuild(this.slots.length * 2, () => true);
  }

  *values(): Iterable<T> {
    for (const value of this.slots) if (value !== undefined) yield value;
  }

  /** Forgets every entry that `stays` does not hold on to. */
  retain(stays: (value: T) => boolean): void {
    this.rebuild(this.slots.length, stays);
  }

  /** The slot that holds the key, or the empty one where it belongs. */
  private find(a: number, b: number, c: number, d: number, beside: number): number {
    const { keys, slots } = this;
    const mask = slots.length - 1;
    let hash = Math.imul(a ^ (a >>> 16), 0x45d9f3b);
    if (this.family === 6) {
      hash = Math.imul(hash ^ b ^ (hash >>> 15), 0x2c1b3c6d);
      hash = Math.imul(hash ^ c ^ (hash >>> 15), 0x297a2d39);
      hash = Math.imul(hash ^ d ^ (hash >>> 15), 0x45d9f3b);
    }
    hash = Math.imul(hash ^ beside, 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 16)) & mask;
    while (slots[slot] !== undefined) {
      const at = slot * 5;
      if (keys[at] === a && keys[at + 4] === beside && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d)
        return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private rebuild(capacity: number, stays: (value: T) => boolean): void {
    const { keys, slots } = this;
    this.keys = new Int32Array(capacity * 5);
    this.slots = new Array(capacity).fill(undefined);
    this.size = 0;
    for (const [slot, value] of slots.entries())
      if (value !== undefined && stays(value)) {
        const at = slot * 5;
        this.setWords(keys[at]!, keys[at + 1]!, keys[at + 2]!, keys[at + 3]!, keys[at + 4]!, value);
      }
  }
}
