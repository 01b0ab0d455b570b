import type { IndexedValues } from "../vm/host-function.ts";
import { Block, roundUp8 } from "./block.ts";
import type { MapDefinition } from "./definition.ts";
import { IndexedMap } from "./indexed-map.ts";
import type { MapPlace } from "./map-place.ts";
import { CREATE_FLAG } from "./map-type.ts";
import { copyValue } from "./value-copy.ts";

const PAGE = 4096;

/** BPF_MAP_TYPE_ARRAY (kernel/bpf/arraymap.c): every index below the number of entries has a value, 0 at first. */
export class ArrayMap extends IndexedMap {
  private readonly values: Block;
  private readonly stride: number;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.stride = roundUp8(definition.valueSize);
    const bytes = this.stride * definition.maxEntries;
    // What user space maps is whole pages.
    const isMapped = (definition.flags & CREATE_FLAG.MMAPABLE) !== 0;
    const size = isMapped ? Math.ceil(bytes / PAGE) * PAGE : bytes;
    this.values = Block.ofValues(place.machine, size, definition.flags);
  }

  lookup(key: number): number {
    const index = this.memory.uint32(key);
    return index < this.definition.maxEntries ? this.values.address + index * this.stride : 0;
  }

  override update(key: number, value: number, flags: number): number {
    const errno = this.checkUpdate(key, flags);
    if (errno !== 0) return errno;
    const at = this.lookup(key);
    copyValue(this.memory, this.definition, at, value);
    this.onFree(at, this.stride);
    return 0;
  }

  override walk(visit: (key: number, value: number) => boolean): number {
    return this.forEachIndex(visit);
  }

  override elementAt(address: number): { readonly key: number; readonly value: number } | undefined {
    return this.elementOf(Math.floor((address - this.values.address) / this.stride));
  }

  override indexedValues(): IndexedValues {
    return { address: this.values.address, stride: this.stride, entries: this.definition.maxEntries };
  }

  override directValue(): number {
    return this.definition.maxEntries === 1 ? this.values.address : 0;
  }

  override release(): void {
    super.release();
    this.values.release();
  }
}
