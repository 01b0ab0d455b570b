import { ERRNO } from "./errno.ts";
import { IndexedMap } from "./indexed-map.ts";
import { UPDATE_FLAG } from "./map-type.ts";

/** An array whose entries are things of the kernel, or empty. */
export abstract class ObjectArray<T> extends IndexedMap {
  private readonly held: (T | undefined)[] = [];

  lookup(_key: number): number {
    return 0;
  }

  /** What lies at an index; undefined: nothing. */
  at(index: number): T | undefined {
    return this.held[index];
  }

  /** What lies at the index that lies at `key`. */
  protected heldAt(key: number): T | undefined {
    return this.held[this.memory.uint32(key)];
  }

  protected hold(key: number, object: T | undefined): void {
    this.held[this.memory.uint32(key)] = object;
  }

  /** Is the index that lies at `key` below the number of entries? */
  protected isIndex(key: number): boolean {
    return this.memory.uint32(key) < this.definition.maxEntries;
  }

  /** May an update with these flags go on (sock_map_update_common, xsk_map_update_elem)? */
  protected permits(key: number, flags: number): number {
    const held = this.heldAt(key) !== undefined;
    if (held && flags === UPDATE_FLAG.NOEXIST) return -ERRNO.EEXIST;
    return !held && flags === UPDATE_FLAG.EXIST ? -ERRNO.ENOENT : 0;
  }

  /** Empties an entry (fd_array_map_delete_elem). */
  override userDelete(key: number): number {
    if (!this.isIndex(key)) return -ERRNO.E2BIG;
    if (this.heldAt(key) === undefined) return -ERRNO.ENOENT;
    this.hold(key, undefined);
    return 0;
  }
}
