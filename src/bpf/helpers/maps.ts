import type { BpfSyscall } from "../syscall.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import { HelperMemory } from "./helper-memory.ts";

/**
 * The helpers that work on the elements of maps, by their numbers (kernel/bpf/helpers.c). Flags are taken from a register's
 * low half.
 */
export function mapHelpers(maps: BpfSyscall): ReadonlyMap<number, HostFunction> {
  const memory = new HelperMemory(maps);
  const lookup = "bpf_map_lookup_elem";
  const update = "bpf_map_update_elem";
  const remove = "bpf_map_delete_elem";
  const push = "bpf_map_push_elem";
  const pop = "bpf_map_pop_elem";
  const peek = "bpf_map_peek_elem";
  const onCpu = "bpf_map_lookup_percpu_elem";
  const [number, lookupHelper] = helper(1, "ww", "unsigned", (map: number, key: number) => {
    const at = memory.mapAt(lookup, map);
    return at.lookup(memory.within(lookup, key, at.definition.keySize));
  });
  return new Map<number, HostFunction>([
    [number, { ...lookupHelper, indexed: (map) => maps.atAddress(map)?.indexedValues() }],
    helper(2, "wwww", "signed", (map: number, key: number, value: number, flags: number) => {
      const at = memory.mapAt(update, map);
      const { keySize, valueSize } = at.definition;
      return at.update(memory.within(update, key, keySize), memory.within(update, value, valueSize), flags);
    }),
    helper(3, "ww", "signed", (map: number, key: number) => {
      const at = memory.mapAt(remove, map);
      return at.delete(memory.within(remove, key, at.definition.keySize));
    }),
    helper(87, "www", "signed", (map: number, value: number, flags: number) => {
      const at = memory.mapAt(push, map);
      return at.push(memory.within(push, value, at.definition.valueSize), flags);
    }),
    helper(88, "ww", "signed", (map: number, value: number) => {
      const at = memory.mapAt(pop, map);
      return at.pop(memory.within(pop, value, at.definition.valueSize));
    }),
    helper(89, "ww", "signed", (map: number, value: number) => {
      const at = memory.mapAt(peek, map);
      return at.peek(memory.within(peek, value, at.definition.valueSize));
    }),
    helper(195, "www", "unsigned", (map: number, key: number, cpu: number) => {
      const at = memory.mapAt(onCpu, map);
      return at.lookupOn(memory.within(onCpu, key, at.definition.keySize), cpu >>> 0);
    }),
  ]);
}
