import type { MapDefinition } from "../definition.ts";
import { CREATE_FLAG } from "../map-type.ts";
import { CommonLru } from "./common-lru.ts";
import type { Eviction } from "./eviction.ts";
import type { Evict } from "./lru.ts";
import { PercpuLru } from "./percpu-lru.ts";

const hasListsPerCpu = ({ flags }: MapDefinition): boolean => (flags & CREATE_FLAG.NO_COMMON_LRU) !== 0;

/** Elements of the map: with lists for each processor as many for each (htab_map_alloc). */
export function lruElements(definition: MapDefinition, cpus: number): number {
  const { maxEntries } = definition;
  return hasListsPerCpu(definition) ? Math.ceil(maxEntries / cpus) * cpus : maxEntries;
}

/** The lists that the map's creation flags ask for. */
export function evictionFor(definition: MapDefinition, cpus: number, evict: Evict): Eviction {
  const elements = lruElements(definition, cpus);
  return hasListsPerCpu(definition) ? new PercpuLru(elements, cpus, evict) : new CommonLru(elements, cpus, evict);
}
