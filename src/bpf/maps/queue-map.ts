import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";
import type { MapPlace } from "./map-place.ts";
import { MAP_TYPES, UPDATE_FLAG } from "./map-type.ts";

/**
 * BPF_MAP_TYPE_QUEUE and BPF_MAP_TYPE_STACK (kernel/bpf/queue_stack_maps.c): values without keys, which leave in the order
 * in which they came, or in the opposite one. No program ever holds a pointer to one.
 */
export class QueueMap extends HandledMap {
  /** A ring of one place more than there may be values, so that full and empty differ. */
  private readonly ring: Uint8Array;
  private readonly places: number;
  /** Place of the next value to come. */
  private head = 0;
  /** Place of the oldest value. */
  private tail = 0;
  private readonly lastFirst: boolean;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.places = definition.maxEntries + 1;
    this.ring = new Uint8Array(this.places * definition.valueSize);
    this.lastFirst = definition.type === MAP_TYPES.stack;
  }

  lookup(): number {
    return 0;
  }

  /** With BPF_EXIST the oldest value makes room. */
  override push(value: number, flags: number): number {
    if (flags !== UPDATE_FLAG.ANY && flags !== UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    const after = (this.head + 1) % this.places;
    if (after === this.tail) {
      if (flags !== UPDATE_FLAG.EXIST) return -ERRNO.E2BIG;
      this.tail = (this.tail + 1) % this.places;
    }
    const { valueSize } = this.definition;
    this.ring.set(this.memory.bytes.subarray(value, value + valueSize), this.head * valueSize);
    this.head = after;
    return 0;
  }

  override pop(value: number): number {
    const errno = this.peek(value);
    if (errno !== 0) return errno;
    if (this.lastFirst) this.head = this.last();
    else this.tail = (this.tail + 1) % this.places;
    return 0;
  }

  /** An empty one gives zeroes along with its error. */
  override peek(value: number): number {
    const { bytes } = this.memory;
    const { valueSize } = this.definition;
    if (this.head === this.tail) {
      bytes.fill(0, value, value + valueSize);
      return -ERRNO.ENOENT;
    }
    const at = (this.lastFirst ? this.last() : this.tail) * valueSize;
    bytes.set(this.ring.subarray(at, at + valueSize), value);
    return 0;
  }

  override userLookup(_key: number, value: number): number {
    return this.peek(value);
  }

  override userUpdate(_key: number, value: number, flags: number): number {
    return this.push(value, flags);
  }

  override userTake(_key: number, value: number): number {
    return this.pop(value);
  }

  private last(): number {
    return (this.head + this.places - 1) % this.places;
  }
}
