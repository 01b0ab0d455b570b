import { Block } from "./block.ts";
import type { MapDefinition } from "./definition.ts";
import { deviceFrom, dropDevice, putDevice, type RedirectTarget } from "./device-value.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";
import { FreeElements } from "./hash/free-elements.ts";
import type { MapPlace } from "./map-place.ts";
import { CREATE_FLAG, UPDATE_FLAG } from "./map-type.ts";
import { ProgramOwner } from "./program-owner.ts";

interface Entry {
  /** Number of its value. */
  readonly element: number;
  readonly target: RedirectTarget;
}

/** BPF_MAP_TYPE_DEVMAP_HASH (kernel/bpf/devmap.c): devices by any number, which is also its own hash. */
export class DeviceHashMap extends HandledMap {
  private readonly values: Block;
  /** Programs in it are alike; those that use it need not be (map_type_contains_progs). */
  private readonly inside = new ProgramOwner(false);
  private readonly waiting: FreeElements;
  private readonly entries = new Map<number, Entry>();
  /** Keys of each bucket, the newest first. */
  private readonly buckets: number[][];

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.values = Block.ofValues(place.machine, 8 * definition.maxEntries, CREATE_FLAG.RDONLY_PROG);
    this.waiting = new FreeElements(definition.maxEntries);
    this.buckets = Array.from({ length: 2 ** Math.ceil(Math.log2(definition.maxEntries)) }, () => []);
  }

  lookup(key: number): number {
    const entry = this.entries.get(this.memory.uint32(key));
    return entry === undefined ? 0 : this.values.address + 8 * entry.element;
  }

  /** The device of a key; undefined: none. */
  at(key: number): RedirectTarget | undefined {
    return this.entries.get(key)?.target;
  }

  /** All devices, bucket by bucket, as broadcasts reach them. */
  targets(): RedirectTarget[] {
    return this.buckets.flat().map((key) => this.entries.get(key)!.target);
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const { valueSize } = this.definition;
    if (flags > UPDATE_FLAG.EXIST || this.memory.uint32(value) === 0) return -ERRNO.EINVAL;
    const number = this.memory.uint32(key);
    const old = this.entries.get(number);
    if (old !== undefined && flags === UPDATE_FLAG.NOEXIST) return -ERRNO.EEXIST;
    const target = deviceFrom(this.place, this.inside, value, valueSize);
    if (typeof target === "number") return target;
    if (old !== undefined) this.remove(number, old);
    const element = this.waiting.take();
    if (element === undefined) return -ERRNO.E2BIG;
    this.entries.set(number, { element, target });
    this.bucketOf(number).unshift(number);
    putDevice(this.place, this.lookup(key), valueSize, target);
    return 0;
  }

  override delete(key: number): number {
    const number = this.memory.uint32(key);
    const entry = this.entries.get(number);
    if (entry === undefined) return -ERRNO.ENOENT;
    this.remove(number, entry);
    return 0;
  }

  override nextKey(key: number, next: number): number {
    let bucket = 0;
    if (key !== 0) {
      const number = this.memory.uint32(key);
      if (this.entries.has(number)) {
        const own = this.bucketOf(number);
        const behind = own[own.indexOf(number) + 1];
        if (behind !== undefined) {
          this.memory.setUint32(next, behind);
          return 0;
        }
        bucket = this.buckets.indexOf(own) + 1;
      }
    }
    const first = this.buckets.slice(bucket).find((keys) => keys.length > 0)?.[0];
    if (first === undefined) return -ERRNO.ENOENT;
    this.memory.setUint32(next, first);
    return 0;
  }

  private bucketOf(key: number): number[] {
    return this.buckets[(key & (this.buckets.length - 1)) >>> 0]!;
  }

  private remove(key: number, { element, target }: Entry): void {
    dropDevice(this.place, target);
    this.entries.delete(key);
    const bucket = this.bucketOf(key);
    bucket.splice(bucket.indexOf(key), 1);
    this.waiting.give(element);
  }

  override release(): void {
    super.release();
    for (const { target } of this.entries.values()) dropDevice(this.place, target);
    this.values.release();
  }
}
