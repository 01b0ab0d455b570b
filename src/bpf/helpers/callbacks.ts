import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";

/** BPF_MAX_LOOPS */
const MOST_ROUNDS = 1 << 23;

/** bpf_loop and bpf_for_each_map_elem, by their numbers (kernel/bpf/bpf_iter.c). */
export function callbackHelpers(memory: HelperMemory): ReadonlyMap<number, HostFunction> {
  return new Map<number, HostFunction>([
    helper(
      181,
      "wwdd",
      "signed",
      (rounds: number, callback: number, context: bigint, flags: bigint) => {
        if (flags !== 0n) return -ERRNO.EINVAL;
        const most = rounds >>> 0;
        if (most > MOST_ROUNDS) return -ERRNO.E2BIG;
        for (let i = 0; i < most; i++)
          if (memory.callback("bpf_loop", callback, BigInt(i), context) !== 0n) return i + 1;
        return most;
      },
      true,
    ),
    helper(
      164,
      "wwdd",
      "signed",
      (map: number, callback: number, context: bigint, flags: bigint) => {
        const what = "bpf_for_each_map_elem";
        const walked = memory.mapAt(what, map);
        if (flags !== 0n) return -ERRNO.EINVAL;
        const address = BigInt(map >>> 0);
        return walked.walk(
          (key, value) => memory.callback(what, callback, address, BigInt(key), BigInt(value), context) === 0n,
        );
      },
      true,
    ),
  ]);
}
