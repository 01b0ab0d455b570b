import type { MapDefinition } from "../definition.ts";
import type { MapPlace } from "../map-place.ts";
import { FreeElements } from "./free-elements.ts";
import { PercpuHashedMap } from "./percpu-hashed-map.ts";

/** BPF_MAP_TYPE_PERCPU_HASH (kernel/bpf/hashtab.c). */
export class PercpuHashMap extends PercpuHashedMap {
  private readonly waiting: FreeElements;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place, definition.maxEntries);
    this.waiting = new FreeElements(definition.maxEntries);
  }

  protected take(): number | undefined {
    return this.waiting.take();
  }

  protected free(element: number): void {
    this.waiting.give(element);
  }
}
