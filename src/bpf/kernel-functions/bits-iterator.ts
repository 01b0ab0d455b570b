import type { HelperMemory } from "../helpers/helper-memory.ts";
import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { kernelFunction } from "./kernel-function.ts";

/*
 * struct bpf_iter_bits:
 *
 *     0                                                  8          12
 *     one word of bits, or the address of several  u64   bits u32   the one given last s32
 */
const ITERATOR_BYTES = 16;
const [COUNT, CURRENT] = [8, 12];
/** BITS_ITER_NR_WORDS_MAX */
const MOST_WORDS = 511;
const WORD_BITS = 64;
const WORD_BYTES = 8;

/** bpf_iter_bits_new, _next and _destroy: the bits that are set in a copy of some words (kernel/bpf/helpers.c). */
export function bitsIterator(memory: HelperMemory): ReadonlyMap<string, HostFunction> {
  const { memory: linear } = memory.machine;
  const at = (iterator: number) => memory.within("bpf_iter_bits", iterator, ITERATOR_BYTES);
  return new Map([
    kernelFunction("bpf_iter_bits_new", "wdw", "signed", (iterator: number, pointer: bigint, words: number) => {
      const to = at(iterator);
      memory.bytes.fill(0, to, to + ITERATOR_BYTES);
      linear.setUint32(to + CURRENT, 0xffff_ffff);
      const from = BigInt.asUintN(64, pointer);
      const count = words >>> 0;
      if (from === 0n || count === 0) return -ERRNO.EINVAL;
      if (count > MOST_WORDS) return -ERRNO.E2BIG;
      const bytes = count * WORD_BYTES;
      const source = from > 0xffff_ffffn ? 0 : Number(from);
      if (!memory.isInside(source, bytes)) return -ERRNO.EFAULT;
      if (count === 1) memory.bytes.copyWithin(to, source, source + bytes);
      else {
        const copy = linear.allocate(bytes);
        memory.bytes.copyWithin(copy, source, source + bytes);
        linear.setUint32(to, copy);
      }
      linear.setUint32(to + COUNT, count * WORD_BITS);
      return 0;
    }),
    kernelFunction("bpf_iter_bits_next", "w", "unsigned", (iterator: number) => {
      const own = at(iterator);
      const count = linear.uint32(own + COUNT);
      const last = linear.uint32(own + CURRENT) | 0;
      if (count === 0 || last >= count) return 0;
      const bits = count > WORD_BITS ? linear.uint32(own) : own;
      let bit = last + 1;
      while (bit < count && (memory.bytes[bits + (bit >> 3)]! & (1 << (bit & 7))) === 0) bit++;
      linear.setUint32(own + CURRENT, bit);
      return bit < count ? own + CURRENT : 0;
    }),
    kernelFunction("bpf_iter_bits_destroy", "w", "none", (iterator: number) => {
      const own = at(iterator);
      const count = linear.uint32(own + COUNT);
      if (count > WORD_BITS) linear.release(linear.uint32(own), count / 8);
      linear.setUint32(own + COUNT, 0);
    }),
  ]);
}
