import type { Machine } from "../../vm/machine.ts";
import type { LinearMemory } from "../../vm/memory.ts";
import { Block, copy, roundUp8 } from "../block.ts";
import type { MapDefinition } from "../definition.ts";
import { ERRNO } from "../errno.ts";
import { jenkinsHash } from "./jenkins-hash.ts";

/** No element. */
export const NONE = -1;

/**
 * Elements in chains, one chain a bucket, all of them reserved beforehand as the kernel's default is (kernel/bpf/hashtab.c).
 * Keys and values lie in the machine's memory: what a program holds of an element stays readable when the element is deleted,
 * and shows the next key's value once the element is used again. An element is a number from 0.
 *
 * A look-up in a large table waits for memory: so an element is one record, its value or values behind its key, and what leads
 * to an element bears as much of its key's hash as there is room for: records with other keys are not read.
 */
export class HashTable {
  /** Bytes of an element's values. */
  readonly valueBytes: number;
  private readonly machine: Machine;
  private readonly memory: LinearMemory;
  private readonly keySize: number;
  private readonly elements: number;
  /** Bytes from one record to the next. */
  private readonly stride: number;
  /** Bytes of a record before its values. */
  private readonly hidden: number;
  private readonly records: Block;
  /** What leads to the first element of each bucket: its number, and above that the same bits of its key's hash; or NONE. */
  private readonly heads: Int32Array;
  /** What leads from each element to the one behind it in its bucket. */
  private readonly behind: Int32Array;
  /** The bits of an element's number. */
  private readonly numberBits: number;

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
    this.hidden = roundUp8(keySize);
    this.stride = this.hidden + this.valueBytes;
    this.records = Block.ofValues(machine, this.stride * elements, flags, { stride: this.stride, hidden: this.hidden });
    this.heads = new Int32Array(2 ** Math.ceil(Math.log2(maxEntries))).fill(NONE);
    this.behind = new Int32Array(elements).fill(NONE);
    // No element has the number of all ones, so that NONE leads to none.
    this.numberBits = 2 ** Math.ceil(Math.log2(elements + 1)) - 1;
  }

  hash(key: number): number {
    return jenkinsHash(this.memory.bytes, key, this.keySize);
  }

  /** The element with the key, or NONE. @param hash of that key. */
  find(key: number, hash: number): number {
    const { numberBits, behind } = this;
    const inWords = ((key | this.keySize) & 3) === 0;
    for (let link = this.heads[this.bucketOf(hash)]!; link !== NONE; ) {
      const element = link & numberBits;
      if (((link ^ hash) & ~numberBits) === 0 && (inWords ? this.hasWords(element, key) : this.hasBytes(element, key)))
        return element;
      link = behind[element]!;
    }
    return NONE;
  }

  private bucketOf(hash: number): number {
    return hash & (this.heads.length - 1);
  }

  /** The element to which a link leads, or NONE. */
  private elementOf(link: number): number {
    return link === NONE ? NONE : link & this.numberBits;
  }

  private hasBytes(element: number, key: number): boolean {
    const { bytes } = this.memory;
    const own = this.keyOf(element);
    for (let i = 0; i < this.keySize; i++) if (bytes[own + i] !== bytes[key + i]) return false;
    return true;
  }

  private hasWords(element: number, key: number): boolean {
    const { words } = this.memory;
    const own = this.keyOf(element) >>> 2;
    for (let i = 0; i < this.keySize >>> 2; i++) if (words[own + i] !== words[(key >>> 2) + i]) return false;
    return true;
  }

  keyOf(element: number): number {
    return this.records.address + element * this.stride;
  }

  valueOf(element: number): number {
    return this.records.address + element * this.stride + this.hidden;
  }

  /** Gives an element a key and puts it at the head of its bucket. */
  link(element: number, key: number, hash: number): void {
    copy(this.memory.bytes, this.keyOf(element), key, this.keySize);
    const bucket = this.bucketOf(hash);
    this.behind[element] = this.heads[bucket]!;
    this.heads[bucket] = (hash & ~this.numberBits) | element;
  }

  /** Takes an element out of its bucket. Returns whether it was there. */
  unlink(element: number): boolean {
    const { behind, numberBits } = this;
    const bucket = this.bucketOf(this.hash(this.keyOf(element)));
    let before = NONE;
    for (let link = this.heads[bucket]!; link !== NONE; link = behind[before]!) {
      if ((link & numberBits) === element) {
        if (before === NONE) this.heads[bucket] = behind[element]!;
        else behind[before] = behind[element]!;
        return true;
      }
      before = link & numberBits;
    }
    return false;
  }

  /** `nextKey` of a map: bucket by bucket; a key that is not there is followed by the first (htab_map_get_next_key). */
  nextKey(key: number, next: number): number {
    let bucket = 0;
    let element = NONE;
    if (key !== 0) {
      const hash = this.hash(key);
      const found = this.find(key, hash);
      if (found !== NONE) {
        element = this.elementOf(this.behind[found]!);
        bucket = this.bucketOf(hash) + 1;
      }
    }
    while (element === NONE) {
      if (bucket === this.heads.length) return -ERRNO.ENOENT;
      element = this.elementOf(this.heads[bucket++]!);
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
    const region = machine.regions.add(this.records.address, this.stride * this.elements, false);
    let count = 0;
    try {
      for (let bucket = 0; bucket < this.heads.length; bucket++)
        for (let link = this.heads[bucket]!; link !== NONE; ) {
          const element = link & this.numberBits;
          link = this.behind[element]!;
          count++;
          if (!visit(element)) return count;
        }
      return count;
    } finally {
      machine.regions.remove(region);
    }
  }

  /** The element in whose values an address lies, or NONE. */
  elementAt(address: number): number {
    const element = Math.floor((address - this.records.address) / this.stride);
    return element >= 0 && element < this.elements ? element : NONE;
  }

  /** `keysOfBucket` of a map. */
  keysOfBucket(bucket: number): Uint8Array[] | undefined {
    if (bucket >= this.heads.length) return undefined;
    const keys: Uint8Array[] = [];
    for (let link = this.heads[bucket]!; link !== NONE; link = this.behind[link & this.numberBits]!) {
      const at = this.keyOf(link & this.numberBits);
      keys.push(this.memory.bytes.slice(at, at + this.keySize));
    }
    return keys;
  }

  release(): void {
    this.records.release();
  }
}
