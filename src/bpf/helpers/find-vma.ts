import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";
import type { Surroundings } from "./surroundings.ts";

/** bpf_find_vma, by its number (kernel/bpf/task_iter.c). */
export function findVmaHelper(
  memory: HelperMemory,
  mappingAt: NonNullable<Surroundings["mappingAt"]>,
): ReadonlyMap<number, HostFunction> {
  const find = (task: number, address: bigint, callback: number, context: bigint, flags: bigint) => {
    if (flags !== 0n) return -ERRNO.EINVAL;
    const mapping = mappingAt(task >>> 0, BigInt.asUintN(64, address));
    if (mapping === 0) return -ERRNO.ENOENT;
    memory.callback("bpf_find_vma", callback, BigInt(task >>> 0), BigInt(mapping), context);
    return 0;
  };
  return new Map([helper(180, "wdwdd", "signed", find, true)]);
}
