import type { IndexedValues } from "../vm/host-function.ts";
import { Block, copy, roundUp8 } from "./block.ts";
import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { IndexedMap } from "./indexed-map.ts";
import type { MapPlace } from "./map-place.ts";
import { clearFields, copyValue } from "./value-copy.ts";

/**
 * BPF_MAP_TYPE_PERCPU_ARRAY (kernel/bpf/arraymap.c): an array with values for each processor. Programs see those of the one
 * that runs them; user space's value is those of all, one behind the other, at multiples of 8 bytes.
 */
export class PercpuArrayMap extends IndexedMap {
  private readonly values: Block;
  private readonly stride: number;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.stride = roundUp8(definition.valueSize);
    const size = this.stride * definition.maxEntries * place.possibleCpus;
    this.values = Block.ofValues(place.machine, size, definition.flags);
  }

  lookup(key: number): number {
    return this.lookupOn(key, this.place.cpu());
  }

  override lookupOn(key: number, cpu: number): number {
    const { maxEntries } = this.definition;
    const index = this.memory.uint32(key);
    if (index >= maxEntries || cpu >= this.place.possibleCpus) return 0;
    return this.values.address + (cpu * maxEntries + index) * this.stride;
  }

  override indexedValues(): IndexedValues | undefined {
    // With one processor there is nothing to choose when a program runs.
    if (this.place.possibleCpus > 1) return undefined;
    return { address: this.values.address, stride: this.stride, entries: this.definition.maxEntries };
  }

  override walk(visit: (key: number, value: number) => boolean): number {
    return this.forEachIndex(visit);
  }

  override update(key: number, value: number, flags: number): number {
    const errno = this.checkUpdate(key, flags);
    if (errno === 0) this.put(this.lookup(key), value, this.definition.valueSize);
    return errno;
  }

  private put(at: number, value: number, bytes: number): void {
    copyValue(this.memory, this.definition, at, value, bytes);
    this.onFree(at, this.definition.valueSize);
  }

  override get userValueSize(): number {
    return this.stride * this.place.possibleCpus;
  }

  override userLookup(key: number, value: number): number {
    if (this.lookup(key) === 0) return -ERRNO.ENOENT;
    for (let cpu = 0; cpu < this.place.possibleCpus; cpu++) {
      const to = value + cpu * this.stride;
      copy(this.memory.bytes, to, this.lookupOn(key, cpu), this.stride);
      clearFields(this.memory, this.definition, to);
    }
    return 0;
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const errno = this.checkUpdate(key, flags);
    if (errno !== 0) return errno;
    for (let cpu = 0; cpu < this.place.possibleCpus; cpu++)
      this.put(this.lookupOn(key, cpu), value + cpu * this.stride, this.stride);
    return 0;
  }

  override release(): void {
    super.release();
    this.values.release();
  }
}
