import { ERRNO } from "./errno.ts";
import type { PerfEvent } from "./kernel-objects.ts";
import { ObjectArray } from "./object-array.ts";

/** BPF_MAP_TYPE_PERF_EVENT_ARRAY (kernel/bpf/arraymap.c): where programs write records to, or read counters from. */
export class PerfEventArrayMap extends ObjectArray<PerfEvent> {
  /** Puts an event at the index that lies at `key`, which is one. */
  put(key: number, event: PerfEvent): number {
    this.hold(key, event);
    return 0;
  }

  override userLookup(): number {
    return -ERRNO.ENOTSUPP;
  }
}
