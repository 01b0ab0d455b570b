import { ERRNO } from "../maps/errno.ts";
import { RING_WAKEUP, RingBufferMap } from "../maps/ring-buffer-map.ts";
import { UserRingBufferMap } from "../maps/user-ring-buffer-map.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { clearDynptr, DYNPTR_BYTES, DYNPTR_KIND, LARGEST_DYNPTR, readDynptr, writeDynptr } from "./dynptr.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";

/** BPF_RB_NO_WAKEUP and BPF_RB_FORCE_WAKEUP */
const WAKEUPS = RING_WAKEUP.never | RING_WAKEUP.always;
/** Samples that one call drains (BPF_MAX_USER_RINGBUF_SAMPLES). */
const MOST_SAMPLES = 128 << 10;

/** Ring buffers in both directions, by the helpers' numbers (kernel/bpf/ringbuf.c). */
export function ringBufferHelpers(memory: HelperMemory): ReadonlyMap<number, HostFunction> {
  const { memory: linear } = memory.machine;
  /** The ring of each record that is reserved. */
  const reserved = new Map<number, RingBufferMap>();
  const reserve = (ring: RingBufferMap, size: number): number => {
    const record = ring.reserve(size);
    if (record !== 0) reserved.set(record, ring);
    return record;
  };
  const finish = (what: string, record: number, flags: number, submit: boolean): void => {
    const at = record >>> 0;
    const ring =
      reserved.get(at) ?? memory.fault(`${what} is given 0x${at.toString(16)}, which is no reserved record.`);
    reserved.delete(at);
    if (submit) ring.submit(at, flags);
    else ring.discard(at, flags);
  };
  const finishDynptr = (what: string, pointer: number, flags: number, submit: boolean): void => {
    const at = memory.within(what, pointer, DYNPTR_BYTES);
    const { address } = readDynptr(linear, at);
    if (address === 0) return;
    finish(what, address, flags, submit);
    clearDynptr(linear, at);
  };
  return new Map<number, HostFunction>([
    helper(130, "wwww", "signed", (map: number, data: number, size: number, flags: number) => {
      const what = "bpf_ringbuf_output";
      const ring = memory.mapOf(what, map, RingBufferMap);
      if ((flags & ~WAKEUPS) !== 0) return -ERRNO.EINVAL;
      return ring.output(memory.within(what, data, size), size >>> 0, flags);
    }),
    helper(131, "wdw", "unsigned", (map: number, size: bigint, flags: number) => {
      const ring = memory.mapOf("bpf_ringbuf_reserve", map, RingBufferMap);
      return flags !== 0 ? 0 : reserve(ring, Number(BigInt.asUintN(64, size)));
    }),
    helper(132, "ww", "none", (record: number, flags: number) => finish("bpf_ringbuf_submit", record, flags, true)),
    helper(133, "ww", "none", (record: number, flags: number) => finish("bpf_ringbuf_discard", record, flags, false)),
    helper(134, "wd", "i64", (map: number, what: bigint) => {
      const ring = memory.mapOf("bpf_ringbuf_query", map, RingBufferMap);
      return BigInt(ring.query(Number(BigInt.asUintN(64, what))));
    }),
    helper(198, "wwdw", "signed", (map: number, size: number, flags: bigint, pointer: number) => {
      const what = "bpf_ringbuf_reserve_dynptr";
      const at = memory.within(what, pointer, DYNPTR_BYTES);
      clearDynptr(linear, at);
      const ring = memory.mapOf(what, map, RingBufferMap);
      if (flags !== 0n) return -ERRNO.EINVAL;
      if (size >>> 0 > LARGEST_DYNPTR) return -ERRNO.E2BIG;
      const address = reserve(ring, size);
      if (address === 0) return -ERRNO.EINVAL;
      writeDynptr(linear, at, { address, size, offset: 0, kind: DYNPTR_KIND.ringbuf, readOnly: false });
      return 0;
    }),
    helper(199, "ww", "none", (pointer: number, flags: number) =>
      finishDynptr("bpf_ringbuf_submit_dynptr", pointer, flags, true),
    ),
    helper(200, "ww", "none", (pointer: number, flags: number) =>
      finishDynptr("bpf_ringbuf_discard_dynptr", pointer, flags, false),
    ),
    helper(
      209,
      "wwdd",
      "signed",
      (map: number, callback: number, context: bigint, flags: bigint) => {
        const what = "bpf_user_ringbuf_drain";
        const ring = memory.mapOf(what, map, UserRingBufferMap);
        if ((flags & ~BigInt(WAKEUPS)) !== 0n) return -ERRNO.EINVAL;
        const pointer = linear.allocate(DYNPTR_BYTES);
        try {
          return ring.drain(MOST_SAMPLES, ({ address, length }) => {
            writeDynptr(linear, pointer, {
              address,
              size: length,
              offset: 0,
              kind: DYNPTR_KIND.local,
              readOnly: false,
            });
            return Number(BigInt.asIntN(32, memory.callback(what, callback, BigInt(pointer), context)));
          });
        } finally {
          linear.release(pointer, DYNPTR_BYTES);
        }
      },
      true,
    ),
  ]);
}
