import type { LinearMemory } from "../vm/memory.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";

/** A map whose keys are the u32 below its number of entries. */
export abstract class IndexedMap extends HandledMap {
  override nextKey(key: number, next: number): number {
    return nextIndex(this.memory, this.definition.maxEntries, key, next);
  }
}

/** `nextKey` of such a map (array_map_get_next_key). A key that is no index is followed by the first. */
export function nextIndex(memory: LinearMemory, entries: number, key: number, next: number): number {
  const index = key === 0 ? entries : memory.uint32(key);
  if (index === entries - 1) return -ERRNO.ENOENT;
  memory.setUint32(next, index < entries ? index + 1 : 0);
  return 0;
}
