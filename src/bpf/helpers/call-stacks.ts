import { ERRNO } from "../maps/errno.ts";
import { CREATE_FLAG } from "../maps/map-type.ts";
import { StackTraceMap } from "../maps/stack-trace-map.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";

const FLAG = { skip: 0xffn, user: 1n << 8n, fast: 1n << 9n, reuse: 1n << 10n, buildId: 1n << 11n } as const;

/** bpf_get_stackid, bpf_get_stack and bpf_get_task_stack, by their numbers (kernel/bpf/stackmap.c). Build ids are not simulated: -EINVAL. */
export function callStackHelpers(
  memory: HelperMemory,
  callStack: (kind: "kernel" | "user") => readonly bigint[],
): ReadonlyMap<number, HostFunction> {
  const frames = (flags: bigint, depth: number): Buffer => {
    const all = callStack((flags & FLAG.user) !== 0n ? "user" : "kernel");
    const skip = Number(flags & FLAG.skip);
    const kept = all.slice(skip, skip + depth);
    const bytes = Buffer.alloc(8 * kept.length);
    for (const [i, address] of kept.entries()) bytes.writeBigUInt64LE(BigInt.asUintN(64, address), 8 * i);
    return bytes;
  };
  const stackInto = (name: string) => (_of: number, to: number, size: number, flags: bigint) => {
    const at = memory.within(name, to, size);
    const clear = (from: number) => memory.bytes.fill(0, at + from, at + size);
    const permitted = FLAG.skip | FLAG.user;
    if ((BigInt.asUintN(64, flags) & ~permitted) !== 0n || size % 8 !== 0) {
      clear(0);
      return -ERRNO.EINVAL;
    }
    const trace = frames(flags, size / 8);
    if (trace.length === 0) {
      clear(0);
      return -ERRNO.EFAULT;
    }
    memory.bytes.set(trace, at);
    clear(trace.length);
    return trace.length;
  };
  return new Map<number, HostFunction>([
    helper(27, "wwd", "signed", (_context: number, map: number, flags: bigint) => {
      const traces = memory.mapOf("bpf_get_stackid", map, StackTraceMap);
      const permitted = FLAG.skip | FLAG.user | FLAG.fast | FLAG.reuse;
      if ((BigInt.asUintN(64, flags) & ~permitted) !== 0n) return -ERRNO.EINVAL;
      if ((traces.definition.flags & CREATE_FLAG.STACK_BUILD_ID) !== 0) return -ERRNO.EINVAL;
      const trace = frames(flags, traces.depth);
      if (trace.length === 0) return -ERRNO.EFAULT;
      return traces.store(trace, { fast: (flags & FLAG.fast) !== 0n, reuse: (flags & FLAG.reuse) !== 0n });
    }),
    helper(67, "wwwd", "signed", stackInto("bpf_get_stack")),
    // Of tasks, programs can point at the one that runs alone.
    helper(141, "wwwd", "signed", stackInto("bpf_get_task_stack")),
  ]);
}
