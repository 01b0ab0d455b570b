import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import type { Skb } from "../../../packet/skb.ts";
import { helper32 } from "../../helpers/helper32.ts";
import type { XdpHelperGroup } from "./xdp-helpers.ts";

/** ETH_HLEN: what must stay of a frame. */
const SHORTEST = 14;
/** Most bytes of metadata, in words of 4 (xdp_metalen_invalid). */
const MOST_METADATA = 255;

/** Moving the ends of a frame and of its metadata (net/core/filter.c). */
export const adjustHelpers: XdpHelperGroup = (running, { pool, machine }): ReadonlyMap<number, HostFunction> => {
  const { memory } = machine;
  const changed = (skb: Skb, bytes: number) => {
    skb.originalLength += bytes;
    running.block.place();
    return 0;
  };
  return new Map([
    helper32(44, "bpf_xdp_adjust_head", 2, "signed", (_context, offset) => {
      const { block } = running;
      const skb = block.skb!;
      if (-offset! > block.roomBefore || offset! > skb.length - block.beyond - SHORTEST) return -ERRNO.EINVAL;
      const { metaLength } = skb;
      if (offset! < 0) pool.reserve(skb, -offset! + metaLength, 0);
      const from = skb.data - metaLength;
      memory.bytes.copyWithin(from + offset!, from, from + metaLength);
      skb.data += offset!;
      skb.length -= offset!;
      block.moved(offset!);
      return changed(skb, -offset!);
    }),
    helper32(65, "bpf_xdp_adjust_tail", 2, "signed", (_context, offset) => {
      const { block } = running;
      const skb = block.skb!;
      if (offset! > block.roomBehind || skb.length + offset! < SHORTEST) return -ERRNO.EINVAL;
      if (offset! > 0) {
        pool.reserve(skb, skb.metaLength, offset!);
        const end = skb.data + skb.length;
        memory.bytes.fill(0, end, end + offset!);
      }
      skb.length += offset!;
      if (block.beyond > 0) block.beyond = Math.max(block.beyond + offset!, 0);
      return changed(skb, offset!);
    }),
    helper32(54, "bpf_xdp_adjust_meta", 2, "signed", (_context, offset) => {
      const { block } = running;
      const skb = block.skb!;
      if (-offset! > block.roomBefore || offset! > skb.metaLength) return -ERRNO.EINVAL;
      const wanted = skb.metaLength - offset!;
      if ((wanted & 3) !== 0 || wanted > MOST_METADATA) return -ERRNO.EACCES;
      pool.reserve(skb, wanted, 0);
      skb.metaLength = wanted;
      return changed(skb, 0);
    }),
    helper32(188, "bpf_xdp_get_buff_len", 1, "unsigned", () => running.block.skb!.length),
  ]);
};
