import { Block } from "./block.ts";
import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { IndexedMap } from "./indexed-map.ts";
import type { MapPlace } from "./map-place.ts";
import { CREATE_FLAG, UPDATE_FLAG } from "./map-type.ts";

/** Packets that a processor's queue may be told to hold. */
const LONGEST_QUEUE = 16_384;

/**
 * BPF_MAP_TYPE_CPUMAP (kernel/bpf/cpumap.c): processors that packets are handed to, by their numbers. A value is the length of
 * the queue (0 empties the entry) and, with 8 bytes, a program that runs there, which does not exist here.
 */
export class CpuMap extends IndexedMap {
  private readonly values: Block;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.values = Block.ofValues(place.machine, 8 * definition.maxEntries, CREATE_FLAG.RDONLY_PROG);
  }

  lookup(key: number): number {
    const cpu = this.memory.uint32(key);
    return cpu < this.definition.maxEntries && this.queueLength(cpu) !== 0 ? this.entryOf(cpu) : 0;
  }

  /** Packets that the queue of a processor holds; 0: packets cannot be handed to it. */
  queueLength(cpu: number): number {
    return cpu < this.definition.maxEntries ? this.memory.uint32(this.entryOf(cpu)) : 0;
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const { maxEntries, valueSize } = this.definition;
    const cpu = this.memory.uint32(key);
    const length = this.memory.uint32(value);
    if (flags > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    if (cpu >= maxEntries) return -ERRNO.E2BIG;
    if (flags === UPDATE_FLAG.NOEXIST) return -ERRNO.EEXIST;
    if (length > LONGEST_QUEUE) return -ERRNO.EOVERFLOW;
    if (cpu >= this.place.possibleCpus) return -ERRNO.ENODEV;
    if (length !== 0 && valueSize === 8 && (this.memory.uint32(value + 4) | 0) > 0) return -ERRNO.EINVAL;
    this.memory.setUint32(this.entryOf(cpu), length);
    return 0;
  }

  override delete(key: number): number {
    const cpu = this.memory.uint32(key);
    if (cpu >= this.definition.maxEntries) return -ERRNO.EINVAL;
    this.memory.setUint32(this.entryOf(cpu), 0);
    return 0;
  }

  private entryOf(cpu: number): number {
    return this.values.address + 8 * cpu;
  }

  override release(): void {
    super.release();
    this.values.release();
  }
}
