import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { helper32 } from "../../helpers/helper32.ts";
import type { XdpHelperGroup } from "./xdp-helpers.ts";

/** Largest offset and length (bpf_xdp_pointer). */
const LARGEST = 0xffff;

/** Reading and writing bytes of a frame (net/core/filter.c). */
export const frameByteHelpers: XdpHelperGroup = (running, { machine }): ReadonlyMap<number, HostFunction> => {
  const { memory } = machine;
  const copy = (offset: number, length: number, move: (at: number) => void): number => {
    const { data, length: available } = running.block.skb!;
    if (offset > LARGEST || length > LARGEST) return -ERRNO.EFAULT;
    if (offset + length > available) return -ERRNO.EINVAL;
    move(data + offset);
    return 0;
  };
  return new Map([
    helper32(189, "bpf_xdp_load_bytes", 4, "signed", (_context, offset, to, length) =>
      copy(offset! >>> 0, length! >>> 0, (at) => memory.bytes.copyWithin(to! >>> 0, at, at + length!)),
    ),
    helper32(190, "bpf_xdp_store_bytes", 4, "signed", (_context, offset, from, length) =>
      copy(offset! >>> 0, length! >>> 0, (at) => memory.bytes.copyWithin(at, from! >>> 0, (from! >>> 0) + length!)),
    ),
  ]);
};
