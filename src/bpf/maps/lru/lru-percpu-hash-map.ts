import type { MapDefinition } from "../definition.ts";
import { NONE } from "../hash/hash-table.ts";
import { PercpuHashedMap } from "../hash/percpu-hashed-map.ts";
import type { MapPlace } from "../map-place.ts";
import { UPDATE_FLAG } from "../map-type.ts";
import type { Eviction } from "./eviction.ts";
import { evictionFor, lruElements } from "./eviction-for.ts";

/** BPF_MAP_TYPE_LRU_PERCPU_HASH (kernel/bpf/hashtab.c). */
export class LruPercpuHashMap extends PercpuHashedMap {
  private readonly eviction: Eviction;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place, lruElements(definition, place.possibleCpus));
    this.eviction = evictionFor(definition, place.possibleCpus, (element) => this.drop(element));
  }

  protected override lookupAll(key: number): number {
    const element = this.table.find(key, this.table.hash(key));
    if (element === NONE) return 0;
    this.eviction.mark(element);
    return this.table.valueOf(element);
  }

  /** So an update may evict for a key that is there. */
  protected override takesFirst(flags: number): boolean {
    return flags !== UPDATE_FLAG.EXIST;
  }

  protected take(): number | undefined {
    return this.eviction.take(this.place.cpu());
  }

  protected override used(element: number): void {
    this.eviction.mark(element);
  }

  protected free(element: number): void {
    this.eviction.give(element);
  }
}
