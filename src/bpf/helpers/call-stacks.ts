import { ERRNO } from "../maps/errno.ts";
import { BUILD_ID_BYTES, MOST_FRAMES, StackTraceMap } from "../maps/stack-trace-map.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";
import { type CurrentTask, IDLE_TASK, type Surroundings } from "./surroundings.ts";

const FLAG = { skip: 0xffn, user: 1n << 8n, fast: 1n << 9n, reuse: 1n << 10n, buildId: 1n << 11n } as const;
const WORD = 8;

/**
 * bpf_get_stackid, bpf_get_stack and bpf_get_task_stack, by their numbers (kernel/bpf/stackmap.c). What user code there is has no
 * file behind it, so that its build ids are those of addresses that Linux finds no file of, as the kernel's own.
 */
export function callStackHelpers(
  memory: HelperMemory,
  { task, taskAddress }: Surroundings,
  callStack: NonNullable<Surroundings["callStack"]>,
): ReadonlyMap<number, HostFunction> {
  /** The frames behind those to be skipped; undefined where not even these are there. @param room how many are wanted. */
  const frames = (all: readonly bigint[], flags: bigint, room: number): bigint[] | undefined => {
    const skip = Number(flags & FLAG.skip);
    const depth = Math.min(room + skip, MOST_FRAMES);
    return Math.min(all.length, depth) < skip ? undefined : all.slice(skip, depth);
  };
  const kindOf = (flags: bigint) => ((flags & FLAG.user) === 0n ? "kernel" : "user");
  const stackInto = (name: string, stackOf: (of: number, flags: bigint) => readonly bigint[] | number) => {
    return (of: number, to: number, size: number, flags: bigint) => {
      const at = memory.within(name, to, size);
      const refuse = (errno: number) => {
        memory.bytes.fill(0, at, at + size);
        return -errno;
      };
      const withIds = (flags & FLAG.buildId) !== 0n;
      const frameBytes = withIds ? BUILD_ID_BYTES : WORD;
      if ((BigInt.asUintN(64, flags) & ~(FLAG.skip | FLAG.user | FLAG.buildId)) !== 0n) return refuse(ERRNO.EINVAL);
      if ((withIds && (flags & FLAG.user) === 0n) || size % frameBytes !== 0) return refuse(ERRNO.EINVAL);
      const all = stackOf(of, flags);
      if (typeof all === "number") return refuse(all);
      const kept = frames(all, flags, size / frameBytes);
      if (kept === undefined) return refuse(ERRNO.EFAULT);
      const trace = withIds ? withoutFiles(kept) : addresses(kept);
      memory.bytes.set(trace, at);
      memory.bytes.fill(0, at + trace.length, at + size);
      return trace.length;
    };
  };
  const currentStack = (_: number, flags: bigint) => callStack(kindOf(flags));
  const addressOf = (it: CurrentTask) => it.address ?? taskAddress?.(it) ?? 0;
  return new Map<number, HostFunction>([
    helper(27, "wwd", "signed", (_context: number, map: number, flags: bigint) => {
      const traces = memory.mapOf("bpf_get_stackid", map, StackTraceMap);
      const permitted = FLAG.skip | FLAG.user | FLAG.fast | FLAG.reuse;
      if ((BigInt.asUintN(64, flags) & ~permitted) !== 0n) return -ERRNO.EINVAL;
      const kept = frames(callStack(kindOf(flags)), flags, traces.depth);
      if (kept === undefined || kept.length === 0) return -ERRNO.EFAULT;
      const how = { fast: (flags & FLAG.fast) !== 0n, reuse: (flags & FLAG.reuse) !== 0n };
      return traces.store(addresses(kept), traces.hasBuildIds ? withoutFiles(kept) : undefined, how);
    }),
    helper(67, "wwwd", "signed", stackInto("bpf_get_stack", currentStack)),
    helper(
      141,
      "wwwd",
      "signed",
      stackInto("bpf_get_task_stack", (of, flags) => {
        const isUser = kindOf(flags) === "user";
        if (isUser && of >>> 0 === addressOf(IDLE_TASK)) return ERRNO.EFAULT;
        if (of >>> 0 === addressOf(task?.() ?? IDLE_TASK)) return currentStack(of, flags);
        // Another task sleeps, in no function that is simulated.
        return isUser ? ERRNO.EOPNOTSUPP : [];
      }),
    ),
  ]);
}

/** Frames as they are stored, little-endian. */
function addresses(frames: readonly bigint[]): Uint8Array {
  const bytes = Buffer.alloc(WORD * frames.length);
  for (const [i, address] of frames.entries()) bytes.writeBigUInt64LE(BigInt.asUintN(64, address), WORD * i);
  return bytes;
}

/** BPF_STACK_BUILD_ID_IP: no file is there, and the address stands in place of the offset in it. */
const ADDRESS_ALONE = 2;
const ADDRESS_OFFSET = 24;

/** The same as struct bpf_stack_build_id. */
function withoutFiles(frames: readonly bigint[]): Uint8Array {
  const bytes = Buffer.alloc(BUILD_ID_BYTES * frames.length);
  for (const [i, address] of frames.entries()) {
    bytes.writeInt32LE(ADDRESS_ALONE, BUILD_ID_BYTES * i);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, address), BUILD_ID_BYTES * i + ADDRESS_OFFSET);
  }
  return bytes;
}
