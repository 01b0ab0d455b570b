import { byteOf, DYNPTR_BYTES, dynptrHas, isBeyondLinear, isCut, readDynptr, writeDynptr } from "../helpers/dynptr.ts";
import type { HelperMemory } from "../helpers/helper-memory.ts";
import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { kernelFunction } from "./kernel-function.ts";

/** What Linux offers for dynptrs beside the helpers (kernel/bpf/helpers.c). A slice's buffer is filled where bytes lie behind a packet's linear part alone. */
export function dynptrFunctions(memory: HelperMemory): ReadonlyMap<string, HostFunction> {
  const { memory: linear } = memory.machine;
  const at = (pointer: number) => memory.within("a dynptr function", pointer, DYNPTR_BYTES);
  const slice = (writes: boolean) => (pointer: number, offset: number, buffer: number, length: number) => {
    const source = readDynptr(linear, at(pointer));
    if (source.address === 0 || (writes && source.readOnly)) return 0;
    if (!dynptrHas(source, offset >>> 0, length >>> 0)) return 0;
    if (isCut(linear, source, offset >>> 0, length >>> 0)) return 0;
    const from = byteOf(linear, source, offset >>> 0);
    if (!isBeyondLinear(linear, source, offset >>> 0, length >>> 0)) return from;
    if (buffer === 0) return 0;
    const to = memory.within("a dynptr function", buffer, length >>> 0);
    memory.bytes.copyWithin(to, from, from + (length >>> 0));
    return to;
  };
  return new Map([
    kernelFunction("bpf_dynptr_slice", "wwww", "unsigned", slice(false)),
    kernelFunction("bpf_dynptr_slice_rdwr", "wwww", "unsigned", slice(true)),
    kernelFunction("bpf_dynptr_adjust", "www", "signed", (pointer: number, start: number, end: number) => {
      const own = readDynptr(linear, at(pointer));
      if (own.address === 0 || start >>> 0 > end >>> 0) return -ERRNO.EINVAL;
      if (end >>> 0 > own.size) return -ERRNO.ERANGE;
      const size = (end >>> 0) - (start >>> 0);
      writeDynptr(linear, at(pointer), { ...own, offset: own.offset + (start >>> 0), size });
      return 0;
    }),
    kernelFunction(
      "bpf_dynptr_copy",
      "wwwww",
      "signed",
      (to: number, toOffset: number, from: number, fromOffset: number, size: number) => {
        const [target, source] = [readDynptr(linear, at(to)), readDynptr(linear, at(from))];
        if (target.address === 0 || source.address === 0 || target.readOnly) return -ERRNO.EINVAL;
        if (!dynptrHas(target, toOffset >>> 0, size >>> 0) || !dynptrHas(source, fromOffset >>> 0, size >>> 0))
          return -ERRNO.E2BIG;
        if (isCut(linear, target, toOffset >>> 0, size >>> 0) || isCut(linear, source, fromOffset >>> 0, size >>> 0))
          return -ERRNO.EFAULT;
        const begin = byteOf(linear, source, fromOffset >>> 0);
        memory.bytes.copyWithin(byteOf(linear, target, toOffset >>> 0), begin, begin + (size >>> 0));
        return 0;
      },
    ),
    kernelFunction("bpf_dynptr_memset", "wwww", "signed", (to: number, offset: number, size: number, byte: number) => {
      const target = readDynptr(linear, at(to));
      if (target.address === 0 || target.readOnly) return -ERRNO.EINVAL;
      if (!dynptrHas(target, offset >>> 0, size >>> 0)) return -ERRNO.E2BIG;
      if (isCut(linear, target, offset >>> 0, size >>> 0)) return -ERRNO.EFAULT;
      const begin = byteOf(linear, target, offset >>> 0);
      memory.bytes.fill(byte & 0xff, begin, begin + (size >>> 0));
      return 0;
    }),
    kernelFunction("bpf_dynptr_is_null", "w", "unsigned", (pointer: number) =>
      Number(readDynptr(linear, at(pointer)).address === 0),
    ),
    kernelFunction("bpf_dynptr_is_rdonly", "w", "unsigned", (pointer: number) => {
      const own = readDynptr(linear, at(pointer));
      return Number(own.address !== 0 && own.readOnly);
    }),
    kernelFunction("bpf_dynptr_size", "w", "signed", (pointer: number) => {
      const own = readDynptr(linear, at(pointer));
      return own.address === 0 ? -ERRNO.EINVAL : own.size;
    }),
    kernelFunction("bpf_dynptr_clone", "ww", "signed", (pointer: number, clone: number) => {
      const [from, to] = [at(pointer), at(clone)];
      const own = readDynptr(linear, from);
      memory.bytes.copyWithin(to, from, from + DYNPTR_BYTES);
      if (own.address !== 0) return 0;
      memory.bytes.fill(0, to, to + DYNPTR_BYTES);
      return -ERRNO.EINVAL;
    }),
  ]);
}
