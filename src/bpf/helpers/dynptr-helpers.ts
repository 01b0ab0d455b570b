import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import {
  byteOf,
  clearDynptr,
  DYNPTR_BYTES,
  DYNPTR_KIND,
  dynptrHas,
  isCut,
  LARGEST_DYNPTR,
  readDynptr,
  writeDynptr,
} from "./dynptr.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";
import type { Surroundings } from "./surroundings.ts";

/** Flags of bpf_dynptr_write of packets: BPF_F_RECOMPUTE_CSUM, BPF_F_INVALIDATE_HASH. */
const STORE = { recomputeSum: 1n, invalidateHash: 2n } as const;

/** bpf_dynptr_from_mem, _read, _write and _data, by their numbers (kernel/bpf/helpers.c). */
export function dynptrHelpers(
  memory: HelperMemory,
  { storePacketBytes }: Surroundings,
): ReadonlyMap<number, HostFunction> {
  const { memory: linear } = memory.machine;
  return new Map<number, HostFunction>([
    helper(197, "wwdw", "signed", (data: number, size: number, flags: bigint, pointer: number) => {
      const what = "bpf_dynptr_from_mem";
      const at = memory.within(what, pointer, DYNPTR_BYTES);
      clearDynptr(linear, at);
      if (size >>> 0 > LARGEST_DYNPTR) return -ERRNO.E2BIG;
      if (flags !== 0n) return -ERRNO.EINVAL;
      const address = memory.within(what, data, size);
      writeDynptr(linear, at, { address, size, offset: 0, kind: DYNPTR_KIND.local, readOnly: false });
      return 0;
    }),
    helper(201, "wwwwd", "signed", (to: number, size: number, pointer: number, offset: number, flags: bigint) => {
      const what = "bpf_dynptr_read";
      const source = readDynptr(linear, memory.within(what, pointer, DYNPTR_BYTES));
      const length = size >>> 0;
      if (source.address === 0 || flags !== 0n) return -ERRNO.EINVAL;
      if (!dynptrHas(source, offset >>> 0, length)) return -ERRNO.E2BIG;
      const at = memory.within(what, to, length);
      if (isCut(linear, source, offset >>> 0, length)) {
        memory.bytes.fill(0, at, at + length);
        return -ERRNO.EFAULT;
      }
      const from = byteOf(linear, source, offset >>> 0);
      memory.bytes.copyWithin(at, from, from + length);
      return 0;
    }),
    helper(202, "wwwwd", "signed", (pointer: number, offset: number, from: number, size: number, flags: bigint) => {
      const what = "bpf_dynptr_write";
      const target = readDynptr(linear, memory.within(what, pointer, DYNPTR_BYTES));
      const length = size >>> 0;
      const isSkb = target.kind === DYNPTR_KIND.skb;
      if (target.address === 0 || target.readOnly || (flags !== 0n && !isSkb)) return -ERRNO.EINVAL;
      if (!dynptrHas(target, offset >>> 0, length)) return -ERRNO.E2BIG;
      if ((flags & ~(STORE.recomputeSum | STORE.invalidateHash)) !== 0n) return -ERRNO.EINVAL;
      if (isCut(linear, target, offset >>> 0, length)) return -ERRNO.EFAULT;
      const source = memory.within(what, from, length);
      if (isSkb && storePacketBytes !== undefined)
        return storePacketBytes(target.offset + (offset >>> 0), source, length, Number(flags));
      memory.bytes.copyWithin(byteOf(linear, target, offset >>> 0), source, source + length);
      return 0;
    }),
    helper(203, "www", "unsigned", (pointer: number, offset: number, length: number) => {
      const source = readDynptr(linear, memory.within("bpf_dynptr_data", pointer, DYNPTR_BYTES));
      if (source.address === 0 || source.readOnly) return 0;
      // Packets are not always in one piece: slices are for them.
      if (source.kind !== DYNPTR_KIND.local && source.kind !== DYNPTR_KIND.ringbuf) return 0;
      return dynptrHas(source, offset >>> 0, length >>> 0) ? byteOf(linear, source, offset >>> 0) : 0;
    }),
  ]);
}
