import type { LinearMemory } from "../vm/memory.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";
import { UPDATE_FLAG } from "./map-type.ts";

/** A map whose keys are the u32 below its number of entries. */
export abstract class IndexedMap extends HandledMap {
  override nextKey(key: number, next: number): number {
    return nextIndex(this.memory, this.definition.maxEntries, key, next);
  }

  /** May an update of a value that is always there go on (array_map_update_elem)? */
  protected checkUpdate(key: number, flags: number): number {
    if ((flags & ~UPDATE_FLAG.LOCK) >>> 0 > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    if (this.memory.uint32(key) >= this.definition.maxEntries) return -ERRNO.E2BIG;
    if ((flags & UPDATE_FLAG.NOEXIST) !== 0) return -ERRNO.EEXIST;
    return (flags & UPDATE_FLAG.LOCK) !== 0 ? -ERRNO.EINVAL : 0;
  }
}

/** `nextKey` of such a map (array_map_get_next_key). A key that is no index is followed by the first. */
export function nextIndex(memory: LinearMemory, entries: number, key: number, next: number): number {
  const index = key === 0 ? entries : memory.uint32(key);
  if (index === entries - 1) return -ERRNO.ENOENT;
  memory.setUint32(next, index < entries ? index + 1 : 0);
  return 0;
}
