import { helper } from "../../bpf/helpers/helper.ts";
import { ERRNO } from "../../bpf/maps/errno.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { LinearMemory } from "../../bpf/vm/memory.ts";
import { parametersOf } from "../../events/functions.ts";

const WORD = 8;

/**
 * bpf_get_func_arg, bpf_get_func_ret and bpf_get_func_arg_cnt of programs at a function, by their numbers (kernel/trace/bpf_trace.c;
 * do_misc_fixups for programs without a result).
 * @param hasResult the function has returned: its result lies behind the arguments.
 */
export function argumentHelpers(
  memory: LinearMemory,
  target: string,
  hasResult: boolean,
): ReadonlyMap<number, HostFunction> {
  const count = parametersOf(target).length;
  const copy = (from: number, to: number) => {
    const at = from >>> 0;
    memory.bytes.copyWithin(to >>> 0, at, at + WORD);
    return 0;
  };
  return new Map<number, HostFunction>([
    helper(183, "www", "signed", (context: number, number: number, to: number) =>
      number >>> 0 < count ? copy(context + WORD * number, to) : -ERRNO.EINVAL,
    ),
    helper(184, "ww", "signed", (context: number, to: number) =>
      hasResult ? copy(context + WORD * count, to) : -ERRNO.EOPNOTSUPP,
    ),
    helper(185, "w", "signed", () => count),
  ]);
}
