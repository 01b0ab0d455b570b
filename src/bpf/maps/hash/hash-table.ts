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
 */
export class HashTable {
  /** Bytes from one value to the next. */
  readonly valueStride: number;
  private readonly machine: Machine;
  private readonly memory: LinearMemory;
  private readonly keySize: number;
  private readonly keyStride: number;
  private readonly keys: Block;
  private readonly values: Block;
  /** First element of each bucket. */
  private readonly heads: Int32Array;
  /** The element behind each in its bucket. */
  private readonly behind: Int32Array;
  private readonly hashes: Int32Array;

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
    this.keyStride = roundUp8(keySize);
    this.valueStride = roundUp8(valueSize) * valuesEach;
    this.keys = new Block(machine, this.keyStride * elements);
    this.values = Block.ofValues(machine, this.valueStride * elements, flags);
    this.heads = new Int32Array(2 ** Math.ceil(Math.log2(maxEntries))).fill(NONE);
    this.behind = new Int32Array(elements).fill(NONE);
    this.hashes = new Int32Array(elements);
  }

  hash(key: number): number {
    return jenkinsHash(this.memory.bytes, key, this.keySize);
  }

  /** The element with the key, or NONE. @param hash of that key. */
  find(key: number, hash: number): number {
    const { bytes } = this.memory;
    let element = this.heads[hash & (this.heads.length - 1)]!;
    while (element !== NONE && !(this.hashes[element] === hash && this.hasKey(bytes, element, key)))
      element = this.behind[element]!;
    return element;
  }

  private hasKey(bytes: Uint8Array, element: number, key: number): boolean {
    const own = this.keyOf(element);
    for (let i = 0; i < this.keySize; i++) if (bytes[own + i] !== bytes[key + i]) return false;
    return true;
  }

  keyOf(element: number): number {
    return this.keys.address + element * this.keyStride;
  }

  valueOf(element: number): number {
    return this.values.address + element * this.valueStride;
  }

  /** Gives an element a key and puts it at the head of its bucket. */
  link(element: number, key: number, hash: number): void {
    copy(this.memory.bytes, this.keyOf(element), key, this.keySize);
    this.hashes[element] = hash;
    const bucket = hash & (this.heads.length - 1);
    this.behind[element] = this.heads[bucket]!;
    this.heads[bucket] = element;
  }

  /** Takes an element out of its bucket. Returns whether it was there. */
  unlink(element: number): boolean {
    const bucket = this.hashes[element]! & (this.heads.length - 1);
    let before = NONE;
    for (let at = this.heads[bucket]!; at !== element; at = this.behind[at]!) {
      if (at === NONE) return false;
      before = at;
    }
    if (before === NONE) this.heads[bucket] = this.behind[element]!;
    else this.behind[before] = this.behind[element]!;
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
        element = this.behind[found]!;
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
    const region = machine.regions.add(this.keys.address, this.keyStride * this.behind.length, false);
    let count = 0;
    try {
      for (let bucket = 0; bucket < this.heads.length; bucket++)
        for (let element = this.heads[bucket]!; element !== NONE; ) {
          const next = this.behind[element]!;
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
    const element = Math.floor((address - this.values.address) / this.valueStride);
    return element >= 0 && element < this.behind.length ? element : NONE;
  }

  /** `keysOfBucket` of a map. */
  keysOfBucket(bucket: number): Uint8Array[] | undefined {
    if (bucket >= this.heads.length) return undefined;
    const keys: Uint8Array[] = [];
    for (let element = this.heads[bucket]!; element !== NONE; element = this.behind[element]!) {
      const at = this.keyOf(element);
      keys.push(this.memory.bytes.slice(at, at + this.keySize));
    }
    return keys;
  }

  release(): void {
    this.keys.release();
    this.values.release();
  }
}
