import type { Machine } from "../../vm/machine.ts";
import type { LinearMemory } from "../../vm/memory.ts";
import { Block, copy, roundUp8 } from "../block.ts";
import type { MapDefinition } from "../definition.ts";
import { ERRNO } from "../errno.ts";
import { jenkinsHash } from "./jenkins-hash.ts";

/** No element. */
export const NONE = -1;
/** Bytes of a record before its key: the element behind it in its bucket, and the key's hash. */
const HEADER_BYTES = 8;
const HASH_WORD = 1;
const KEY_WORD = 2;

/**
 * Elements in chains, one chain a bucket, all of them reserved beforehand as the kernel's default is (kernel/bpf/hashtab.c).
 * Keys and values lie in the machine's memory: what a program holds of an element stays readable when the element is deleted,
 * and shows the next key's value once the element is used again. An element is a number from 0.
 *
 * A look-up in a large table waits for memory: so an element is one record, its value or values behind its key.
 */
export class HashTable {
  /** Bytes of an element's values. */
  readonly valueBytes: number;
  private readonly machine: Machine;
  private readonly memory: LinearMemory;
  private readonly keySize: number;
  private readonly elements: number;
  /** 32-bit words from one record to the next. */
  private readonly recordWords: number;
  /** Bytes of a record before its values. */
  private readonly hidden: number;
  private readonly records: Block;
  /** First element of each bucket. */
  private readonly heads: Int32Array;

  /**
   * @param elements how many there are, those that wait to be used included.
   * @param valuesEach values of an element, each at a multiple of 8 bytes.
   */
  constructor(
    machine: Machine,
    { keySize, valueSize, maxEntries, flags }: MapDefinition,
    elements: number,
    valuesEach = 1,
  ) {
    this.machine = machine;
    this.memory = machine.memory;
    this.keySize = keySize;
    this.elements = elements;
    this.valueBytes = roundUp8(valueSize) * valuesEach;
    this.hidden = HEADER_BYTES + roundUp8(keySize);
    const stride = this.hidden + this.valueBytes;
    this.recordWords = stride / 4;
    this.records = Block.ofValues(machine, stride * elements, flags, { stride, hidden: this.hidden });
    this.heads = new Int32Array(2 ** Math.ceil(Math.log2(maxEntries))).fill(NONE);
  }

  hash(key: number): number {
    return jenkinsHash(this.memory.bytes, key, this.keySize);
  }

  /** The element with the key, or NONE. @param hash of that key. */
  find(key: number, hash: number): number {
    let element = this.heads[hash & (this.heads.length - 1)]!;
    if (((key | this.keySize) & 3) !== 0) {
      while (element !== NONE && !this.hasBytes(element, key)) element = this.behind(element);
      return element;
    }
    const { words } = this.memory;
    const first = words[key >>> 2];
    while (element !== NONE) {
      const record = this.recordOf(element);
      if (words[record + KEY_WORD] === first && this.hasWords(words, record, key >>> 2)) return element;
      element = words[record]!;
    }
    return NONE;
  }

  private hasBytes(element: number, key: number): boolean {
    const { bytes } = this.memory;
    const own = this.keyOf(element);
    for (let i = 0; i < this.keySize; i++) if (bytes[own + i] !== bytes[key + i]) return false;
    return true;
  }

  private hasWords(words: Int32Array, record: number, key: number): boolean {
    for (let i = 1; i < this.keySize >>> 2; i++) if (words[record + KEY_WORD + i] !== words[key + i]) return false;
    return true;
  }

  /** Its record's index among the words of memory. */
  private recordOf(element: number): number {
    return (this.records.address >>> 2) + element * this.recordWords;
  }

  /** The element behind another in its bucket, or NONE. */
  private behind(element: number): number {
    return this.memory.words[this.recordOf(element)]!;
  }

  keyOf(element: number): number {
    return this.records.address + HEADER_BYTES + element * this.recordWords * 4;
  }

  valueOf(element: number): number {
    return this.records.address + element * this.recordWords * 4 + this.hidden;
  }

  /** Gives an element a key and puts it at the head of its bucket. */
  link(element: number, key: number, hash: number): void {
    copy(this.memory.bytes, this.keyOf(element), key, this.keySize);
    const bucket = hash & (this.heads.length - 1);
    const { words } = this.memory;
    const record = this.recordOf(element);
    words[record] = this.heads[bucket]!;
    words[record + HASH_WORD] = hash;
    this.heads[bucket] = element;
  }

  /** Takes an element out of its bucket. Returns whether it was there. */
  unlink(element: number): boolean {
    const { words } = this.memory;
    const record = this.recordOf(element);
    const bucket = words[record + HASH_WORD]! & (this.heads.length - 1);
    let before = NONE;
    for (let at = this.heads[bucket]!; at !== element; at = this.behind(at)) {
      if (at === NONE) return false;
      before = at;
    }
    if (before === NONE) this.heads[bucket] = words[record]!;
    else words[this.recordOf(before)] = words[record]!;
    return true;
  }

  /** `nextKey` of a map: bucket by bucket; a key that is not there is followed by the first (htab_map_get_next_key). */
  nextKey(key: number, next: number): number {
    let bucket = 0;
    let element = NONE;
    if (key !== 0) {
      const hash = this.hash(key);
      const found = this.find(key, hash);
      if (found !== NONE) {
        element = this.behind(found);
        bucket = (hash & (this.heads.length - 1)) + 1;
      }
    }
    while (element === NONE) {
      if (bucket === this.heads.length) return -ERRNO.ENOENT;
      element = this.heads[bucket++]!;
    }
    copy(this.memory.bytes, next, this.keyOf(element), this.keySize);
    return 0;
  }

  /**
   * Gives each element to `visit` until it returns false, bucket by bucket; the visit may delete the element. Returns how many
   * it gave.
   */
  walk(visit: (element: number) => boolean): number {
    const { machine } = this;
    const region = machine.regions.add(this.records.address, this.recordWords * 4 * this.elements, false);
    let count = 0;
    try {
      for (let bucket = 0; bucket < this.heads.length; bucket++)
        for (let element = this.heads[bucket]!; element !== NONE; ) {
          const next = this.behind(element);
          count++;
          if (!visit(element)) return count;
          element = next;
        }
      return count;
    } finally {
      machine.regions.remove(region);
    }
  }

  /** The element in whose values an address lies, or NONE. */
  elementAt(address: number): number {
    const element = Math.floor((address - this.records.address) / (this.recordWords * 4));
    return element >= 0 && element < this.elements ? element : NONE;
  }

  /** `keysOfBucket` of a map. */
  keysOfBucket(bucket: number): Uint8Array[] | undefined {
    if (bucket >= this.heads.length) return undefined;
    const keys: Uint8Array[] = [];
    for (let element = this.heads[bucket]!; element !== NONE; element = this.behind(element)) {
      const at = this.keyOf(element);
      keys.push(this.memory.bytes.slice(at, at + this.keySize));
    }
    return keys;
  }

  release(): void {
    this.records.release();
  }
}
