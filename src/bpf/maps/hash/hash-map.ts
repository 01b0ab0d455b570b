import type { MapDefinition } from "../definition.ts";
import { ERRNO } from "../errno.ts";
import type { MapPlace } from "../map-place.ts";
import { UPDATE_FLAG } from "../map-type.ts";
import { clearFields, copyValue, hasLock } from "../value-copy.ts";
import { FreeElements } from "./free-elements.ts";
import { NONE } from "./hash-table.ts";
import { HashedMap } from "./hashed-map.ts";

/**
 * BPF_MAP_TYPE_HASH (kernel/bpf/hashtab.c). An update never writes over a value: it uses another element and frees the old
 * one, so that a program that holds the old value goes on to see it. Elements are reserved beforehand with
 * BPF_F_NO_PREALLOC as well.
 */
export class HashMap extends HashedMap {
  private readonly waiting: FreeElements;
  /** An element above `maxEntries`, so that a full map can be updated. */
  private extra: number;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place, definition.maxEntries + 1);
    this.waiting = new FreeElements(definition.maxEntries);
    this.extra = definition.maxEntries;
  }

  override update(key: number, value: number, flags: number): number {
    const locked = (flags & UPDATE_FLAG.LOCK) !== 0;
    const wanted = flags & ~UPDATE_FLAG.LOCK;
    if (wanted >>> 0 > UPDATE_FLAG.EXIST || (locked && !hasLock(this.definition))) return -ERRNO.EINVAL;
    const { table } = this;
    const hash = table.hash(key);
    const old = table.find(key, hash);
    const errno = this.permits(wanted, old);
    if (errno !== 0) return errno;
    if (locked && old !== NONE) {
      // Under its lock a value is written over in its place.
      copyValue(this.memory, this.definition, table.valueOf(old), value);
      return 0;
    }
    const element = old === NONE ? this.waiting.take() : this.extra;
    if (element === undefined) return -ERRNO.E2BIG;
    copyValue(this.memory, this.definition, table.valueOf(element), value);
    clearFields(this.memory, this.definition, table.valueOf(element));
    if (old !== NONE) {
      this.drop(old);
      this.extra = old;
    }
    table.link(element, key, hash);
    return 0;
  }

  protected free(element: number): void {
    this.waiting.give(element);
  }
}
