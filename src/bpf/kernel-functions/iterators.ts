import type { HelperMemory } from "../helpers/helper-memory.ts";
import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { kernelFunction } from "./kernel-function.ts";

/** struct bpf_iter_num: the number that was given last, and the first that is not given any more. */
const ITERATOR_BYTES = 8;
/** BPF_MAX_LOOPS */
const MOST_ROUNDS = 1 << 23;

/** bpf_iter_num_new, _next and _destroy: open-coded loops over numbers (kernel/bpf/bpf_iter.c). */
export function iteratorFunctions(memory: HelperMemory): ReadonlyMap<string, HostFunction> {
  const { memory: linear } = memory.machine;
  const set = (at: number, current: number, end: number): void => {
    linear.setUint32(at, current);
    linear.setUint32(at + 4, end);
  };
  const at = (iterator: number) => memory.within("bpf_iter_num", iterator, ITERATOR_BYTES);
  return new Map([
    kernelFunction("bpf_iter_num_new", "www", "signed", (iterator: number, start: number, end: number) => {
      const to = at(iterator);
      set(to, 0, 0);
      if (start > end) return -ERRNO.EINVAL;
      if (end - start > MOST_ROUNDS) return -ERRNO.E2BIG;
      set(to, start - 1, end);
      return 0;
    }),
    kernelFunction("bpf_iter_num_next", "w", "unsigned", (iterator: number) => {
      const from = at(iterator);
      const next = (linear.uint32(from) | 0) + 1;
      const end = linear.uint32(from + 4) | 0;
      if (next >= end) {
        set(from, 0, 0);
        return 0;
      }
      linear.setUint32(from, next);
      return from;
    }),
    kernelFunction("bpf_iter_num_destroy", "w", "none", (iterator: number) => set(at(iterator), 0, 0)),
  ]);
}
