import type { HelperMemory } from "../helpers/helper-memory.ts";
import { ArenaMap } from "../maps/arena-map.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { kernelFunction } from "./kernel-function.ts";

/** Functions that keep others out for a while: nobody else runs here, so that there is nothing to do. */
const NOTHING_TO_DO = [
  ["bpf_rcu_read_lock", ""],
  ["bpf_rcu_read_unlock", ""],
  ["bpf_preempt_disable", ""],
  ["bpf_preempt_enable", ""],
  ["bpf_local_irq_save", "w"],
  ["bpf_local_irq_restore", "w"],
] as const;

/** Critical sections, casts and the pages of arenas. */
export function sectionFunctions(memory: HelperMemory): ReadonlyMap<string, HostFunction> {
  return new Map([
    ...NOTHING_TO_DO.map(([name, parameters]) => kernelFunction(name, parameters, "none", () => undefined)),
    kernelFunction("bpf_cast_to_kern_ctx", "d", "i64", (object: bigint) => object),
    kernelFunction("bpf_rdonly_cast", "d", "i64", (object: bigint) => object),
    kernelFunction(
      "bpf_arena_alloc_pages",
      "wwwwd",
      "unsigned",
      (map: number, address: number, pages: number, _node: number, flags: bigint) =>
        flags === 0n
          ? memory.mapOf("bpf_arena_alloc_pages", map, ArenaMap).allocatePages(address >>> 0, pages >>> 0)
          : 0,
    ),
    kernelFunction("bpf_arena_free_pages", "www", "none", (map: number, address: number, pages: number) => {
      memory.mapOf("bpf_arena_free_pages", map, ArenaMap).freePages(address >>> 0, pages >>> 0);
    }),
  ]);
}
