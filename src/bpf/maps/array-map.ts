import { Block, copy, roundUp8 } from "./block.ts";
import type { MapDefinition } from "./definition.ts";
import { IndexedMap } from "./indexed-map.ts";
import type { MapPlace } from "./map-place.ts";

/** BPF_MAP_TYPE_ARRAY (kernel/bpf/arraymap.c): every index below the number of entries has a value, 0 at first. */
export class ArrayMap extends IndexedMap {
  private readonly values: Block;
  private readonly stride: number;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.stride = roundUp8(definition.valueSize);
    this.values = Block.ofValues(place.machine, this.stride * definition.maxEntries, definition.flags);
  }

  lookup(key: number): number {
    const index = this.memory.uint32(key);
    return index < this.definition.maxEntries ? this.values.address + index * this.stride : 0;
  }

  override update(key: number, value: number, flags: number): number {
    const errno = this.checkUpdate(key, flags);
    if (errno === 0) copy(this.memory.bytes, this.lookup(key), value, this.definition.valueSize);
    return errno;
  }

  override directValue(): number {
    return this.definition.maxEntries === 1 ? this.values.address : 0;
  }

  override release(): void {
    super.release();
    this.values.release();
  }
}
