import type { LinearMemory } from "../vm/memory.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";
import { UPDATE_FLAG } from "./map-type.ts";
import { hasLock } from "./value-copy.ts";

/** A map whose keys are the u32 below its number of entries. */
export abstract class IndexedMap extends HandledMap {
  override nextKey(key: number, next: number): number {
    return nextIndex(this.memory, this.definition.maxEntries, key, next);
  }

  /** An index as programs are given it, in memory of its own. */
  private indexCell: number | undefined;

  /** `forEach` of maps that have a value for every index. */
  protected forEachIndex(visit: (key: number, value: number) => boolean): number {
    const { maxEntries } = this.definition;
    // A callback may walk the map too: each walk has its own cell.
    const cell = this.memory.allocate(4);
    const region = this.place.machine.regions.add(cell, 4, false);
    try {
      for (let index = 0; index < maxEntries; index++) {
        this.memory.setUint32(cell, index);
        if (!visit(cell, this.lookup(cell))) return index + 1;
      }
      return maxEntries;
    } finally {
      this.place.machine.regions.remove(region);
      this.memory.release(cell, 4);
    }
  }

  /** The element of an index, its key in a cell that the next call writes over. */
  protected elementOf(index: number): { readonly key: number; readonly value: number } | undefined {
    if (index < 0 || index >= this.definition.maxEntries) return undefined;
    if (this.indexCell === undefined) {
      this.indexCell = this.memory.allocate(4);
      this.place.machine.regions.add(this.indexCell, 4, false);
    }
    this.memory.setUint32(this.indexCell, index);
    return { key: this.indexCell, value: this.lookup(this.indexCell) };
  }

  /** May an update of a value that is always there go on (array_map_update_elem)? */
  protected checkUpdate(key: number, flags: number): number {
    if ((flags & ~UPDATE_FLAG.LOCK) >>> 0 > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    if (this.memory.uint32(key) >= this.definition.maxEntries) return -ERRNO.E2BIG;
    if ((flags & UPDATE_FLAG.NOEXIST) !== 0) return -ERRNO.EEXIST;
    return (flags & UPDATE_FLAG.LOCK) !== 0 && !hasLock(this.definition) ? -ERRNO.EINVAL : 0;
  }
}

/** `nextKey` of such a map (array_map_get_next_key). A key that is no index is followed by the first. */
export function nextIndex(memory: LinearMemory, entries: number, key: number, next: number): number {
  const index = key === 0 ? entries : memory.uint32(key);
  if (index === entries - 1) return -ERRNO.ENOENT;
  memory.setUint32(next, index < entries ? index + 1 : 0);
  return 0;
}
