import { get32 } from "../packet/wire.ts";

/** Slots; a power of two. */
const SIZE = 256;

/** Remembers answers about addresses: a slot for each hash, where the last address with that hash stays. */
export class AddressCache<T> {
  /** The answer that `find` found. */
  value: T | undefined;
  private readonly words: number;
  private readonly keys = new Int32Array(SIZE * 4);
  private readonly filled = new Uint8Array(SIZE);
  private readonly values: (T | undefined)[] = new Array(SIZE).fill(undefined);
  /** The slot of the address that was last asked for, and that address. */
  private slot = 0;
  private readonly asked = new Int32Array(4);

  constructor(family: 4 | 6) {
    this.words = family === 4 ? 1 : 4;
  }

  /** Looks for the address at `at` of `bytes`; true where its answer is known and now in `value`. */
  find(bytes: Uint8Array, at: number): boolean {
    const { words, asked, keys } = this;
    let hash = 0;
    for (let i = 0; i < words; i++) {
      const word = get32(bytes, at + i * 4) | 0;
      asked[i] = word;
      hash = Math.imul(hash ^ word, 0x45d9f3b);
    }
    hash ^= hash >>> 16;
    const slot = (hash ^ (hash >>> 8)) & (SIZE - 1);
    this.slot = slot;
    if (this.filled[slot] === 0) return false;
    for (let i = 0; i < words; i++) if (keys[slot * 4 + i] !== asked[i]) return false;
    this.value = this.values[slot];
    return true;
  }

  /** Keeps the answer for the address that `find` did not find, and returns it. */
  remember(value: T): T {
    const { slot, asked } = this;
    this.keys.set(asked, slot * 4);
    this.filled[slot] = 1;
    this.values[slot] = value;
    return value;
  }
}
