import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { helper32 } from "../../helpers/helper32.ts";
import type { HelperGroup } from "./packet-helpers.ts";

/** Flags of bpf_skb_store_bytes. */
const RECOMPUTE_CSUM = 1;
const INVALIDATE_HASH = 2;
const LARGEST_OFFSET = 0x7fff_ffff;
/** Flags of the checksum helpers: the field's size in the low four bits. */
const FIELD_SIZE = 0xf;
const PSEUDO_HEADER = 1 << 4;
const MARK_MANGLED_0 = 1 << 5;
const MARK_ENFORCE = 1 << 6;
const IPV6 = 1 << 7;
/** Sizes of fields: 0 is a difference. */
const SIZES: readonly number[] = [0, 2, 4];
/** What stands for a checksum of 0 in UDP (CSUM_MANGLED_0). */
const MANGLED_0 = 0xffff;

/** Changing bytes of packets and their checksums (net/core/filter.c). */
export const storeHelpers: HelperGroup = (running, { machine }): ReadonlyMap<number, HostFunction> => {
  const { memory } = machine;
  /** Sees to it that those bytes can be written to, and so are in the linear part (bpf_try_make_writable). */
  const isInside = (offset: number, length: number) => {
    const { block } = running;
    if (offset >>> 0 > LARGEST_OFFSET || offset + length > block.length) return false;
    const skb = block.skb!;
    if (skb.dataLength > block.length - offset - length) {
      skb.dataLength = block.length - offset - length;
      block.place(skb, block.data, block.length);
    }
    return true;
  };

  const put = (at: number, value: number): void => {
    memory.bytes[at] = value;
    memory.bytes[at + 1] = value >>> 8;
  };
  const get = (at: number): number => memory.bytes[at]! | (memory.bytes[at + 1]! << 8);
  /** csum_replace2: everything has 16 bits. */
  const replace16 = (at: number, from: number, to: number): void => {
    put(at, ~fold((~get(at) & 0xffff) + (~from & 0xffff) + (to & 0xffff)));
  };
  /** csum_replace4, and csum_replace_by_diff where nothing is taken out: 32 bits until the end. */
  const replace32 = (at: number, from: number, to: number): void => {
    put(at, ~fold((~get(at) >>> 0) + (from === 0 ? 0 : ~from >>> 0) + (to >>> 0)));
  };

  /**
   * The same of a checksum that the device will complete: its field holds the sum of the pseudo header, not inverted, so that only what is
   * in there counts (inet_proto_csum_replace4, inet_proto_csum_replace_by_diff).
   */
  const replaceSum = (at: number, from: number, to: number): void => {
    put(at, fold(get(at) + (from === 0 ? 0 : ~from >>> 0) + (to >>> 0)));
  };
  return new Map([
    helper32(9, "bpf_skb_store_bytes", 5, "signed", (_context, offset, from, length, flags) => {
      if ((flags! & ~(RECOMPUTE_CSUM | INVALIDATE_HASH)) !== 0) return -ERRNO.EINVAL;
      if (!isInside(offset! >>> 0, length!)) return -ERRNO.EFAULT;
      const at = running.block.data + (offset! >>> 0);
      memory.bytes.copyWithin(at, from! >>> 0, (from! >>> 0) + length!);
      if ((flags! & INVALIDATE_HASH) !== 0) {
        running.block.skb!.hash = 0;
        running.refresh();
      }
      return 0;
    }),
    helper32(10, "bpf_l3_csum_replace", 5, "signed", (_context, offset, from, to, flags) => {
      if ((flags! & ~FIELD_SIZE) !== 0) return -ERRNO.EINVAL;
      const at = offset! >>> 0;
      if (at > 0xffff || (at & 1) !== 0) return -ERRNO.EFAULT;
      if (!isInside(at, 2)) return -ERRNO.EFAULT;
      const field = running.block.data + at;
      switch (flags! & FIELD_SIZE) {
        case 0:
          if (from !== 0) return -ERRNO.EINVAL;
          replace32(field, 0, to!);
          return 0;
        case 2:
          replace16(field, from!, to!);
          return 0;
        case 4:
          replace32(field, from!, to!);
          return 0;
        default:
          return -ERRNO.EINVAL;
      }
    }),
    helper32(11, "bpf_l4_csum_replace", 5, "signed", (_context, offset, from, to, flags) => {
      if ((flags! & ~(FIELD_SIZE | PSEUDO_HEADER | MARK_MANGLED_0 | MARK_ENFORCE | IPV6)) !== 0) return -ERRNO.EINVAL;
      const at = offset! >>> 0;
      if (at > 0xffff || (at & 1) !== 0) return -ERRNO.EFAULT;
      if (!isInside(at, 2)) return -ERRNO.EFAULT;
      const field = running.block.data + at;
      const { bytes } = memory;
      const mayBeZero = (flags! & MARK_MANGLED_0) !== 0;
      if (mayBeZero && (flags! & MARK_ENFORCE) === 0 && bytes[field] === 0 && bytes[field + 1] === 0) return 0;
      const isPartial = running.block.skb!.checksumStart !== 0;
      if (isPartial && (flags! & PSEUDO_HEADER) === 0) {
        if ((flags! & FIELD_SIZE) === 0 && from !== 0) return -ERRNO.EINVAL;
        return SIZES.includes(flags! & FIELD_SIZE) ? 0 : -ERRNO.EINVAL;
      }
      const replace = isPartial ? replaceSum : replace32;
      switch (flags! & FIELD_SIZE) {
        case 0:
          if (from !== 0) return -ERRNO.EINVAL;
          replace(field, 0, to!);
          break;
        case 2:
          replace(field, from! & 0xffff, to! & 0xffff);
          break;
        case 4:
          replace(field, from!, to!);
          break;
        default:
          return -ERRNO.EINVAL;
      }
      if (mayBeZero && bytes[field] === 0 && bytes[field + 1] === 0) {
        bytes[field] = MANGLED_0 & 0xff;
        bytes[field + 1] = MANGLED_0 >>> 8;
      }
      return 0;
    }),
    helper32(28, "bpf_csum_diff", 5, "signed", (from, fromSize, to, toSize, seed) => {
      const [oldBytes, newBytes] = [fromSize! >>> 0, toSize! >>> 0];
      if (((oldBytes | newBytes) & 3) !== 0) return -ERRNO.EINVAL;
      if (oldBytes + newBytes === 0) return seed!;
      let sum = seed! >>> 0;
      const word = (at: number) => memory.uint32(at >>> 0);
      for (let i = 0; i < oldBytes; i += 4) sum += ~word(from! + i) >>> 0;
      for (let i = 0; i < newBytes; i += 4) sum += word(to! + i);
      // The sum of 16 bits is the same whether it is folded once or twice.
      return fold(sum);
    }),
  ]);
};

/** Adds the carries of a sum back in until it has 16 bits. */
function fold(sum: number): number {
  let rest = sum;
  while (rest > 0xffff) rest = (rest % 0x1_0000) + Math.floor(rest / 0x1_0000);
  return rest;
}
