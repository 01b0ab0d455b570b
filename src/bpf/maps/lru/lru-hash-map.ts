import type { MapDefinition } from "../definition.ts";
import { ERRNO } from "../errno.ts";
import { NONE } from "../hash/hash-table.ts";
import { HashedMap } from "../hash/hashed-map.ts";
import type { MapPlace } from "../map-place.ts";
import { UPDATE_FLAG } from "../map-type.ts";
import { copyValue } from "../value-copy.ts";
import type { Eviction } from "./eviction.ts";
import { evictionFor, lruElements } from "./eviction-for.ts";

/** BPF_MAP_TYPE_LRU_HASH (kernel/bpf/hashtab.c): a hash that, when it is full, forgets what was not looked up for long. */
export class LruHashMap extends HashedMap {
  private readonly eviction: Eviction;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place, lruElements(definition, place.possibleCpus));
    this.eviction = evictionFor(definition, place.possibleCpus, (element) => this.drop(element));
  }

  override lookup(key: number): number {
    const element = this.table.find(key, this.table.hash(key));
    if (element === NONE) return 0;
    this.eviction.mark(element);
    return this.table.valueOf(element);
  }

  /** User space's look-ups do not count. */
  protected override find(key: number): number {
    return super.lookup(key);
  }

  /** Takes an element, and with it perhaps evicts others, before it looks at the flags: as the kernel does. */
  override update(key: number, value: number, flags: number): number {
    if (flags >>> 0 > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    const { table, eviction } = this;
    const hash = table.hash(key);
    const element = eviction.take(this.place.cpu());
    if (element === undefined) return -ERRNO.ENOMEM;
    copyValue(this.memory, this.definition, table.valueOf(element), value);
    const old = table.find(key, hash);
    const errno = this.permits(flags, old);
    if (errno !== 0) {
      eviction.give(element);
      return errno;
    }
    table.link(element, key, hash);
    if (old !== NONE) {
      eviction.mark(element);
      this.drop(old);
      eviction.give(old);
    }
    return 0;
  }

  protected free(element: number): void {
    this.eviction.give(element);
  }
}
