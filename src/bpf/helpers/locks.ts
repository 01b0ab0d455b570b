import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";

/**
 * bpf_spin_lock, bpf_spin_unlock and bpf_kptr_xchg, by their numbers. Programs run one after the other: a lock is always free,
 * and its word shows who holds it only while one does.
 */
export function lockHelpers(memory: HelperMemory): ReadonlyMap<number, HostFunction> {
  const { memory: linear } = memory.machine;
  return new Map<number, HostFunction>([
    helper(93, "w", "none", (lock: number) => linear.setUint32(memory.within("bpf_spin_lock", lock, 4), 1)),
    helper(94, "w", "none", (lock: number) => linear.setUint32(memory.within("bpf_spin_unlock", lock, 4), 0)),
    helper(194, "wd", "i64", (field: number, pointer: bigint) => {
      const at = memory.within("bpf_kptr_xchg", field, 8);
      const view = new DataView(memory.bytes.buffer);
      const before = view.getBigInt64(at, true);
      view.setBigInt64(at, pointer, true);
      return before;
    }),
  ]);
}
