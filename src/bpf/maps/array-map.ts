import { Block, copy, roundUp8 } from "./block.ts";
import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { IndexedMap } from "./indexed-map.ts";
import type { MapPlace } from "./map-place.ts";
import { UPDATE_FLAG } from "./map-type.ts";

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
    if ((flags & ~UPDATE_FLAG.LOCK) >>> 0 > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    const at = this.lookup(key);
    if (at === 0) return -ERRNO.E2BIG;
    if ((flags & UPDATE_FLAG.NOEXIST) !== 0) return -ERRNO.EEXIST;
    if ((flags & UPDATE_FLAG.LOCK) !== 0) return -ERRNO.EINVAL;
    copy(this.memory.bytes, at, value, this.definition.valueSize);
    return 0;
  }

  override directValue(): number {
    return this.definition.maxEntries === 1 ? this.values.address : 0;
  }

  override release(): void {
    super.release();
    this.values.release();
  }
}
