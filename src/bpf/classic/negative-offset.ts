import type { ClassicPacket } from "./packet.ts";

/** What `loadBeyond` returns where there is nothing to load; no unsigned value is negative. */
export const LOAD_FAILED = -1;

/** SKF_NET_OFF: offsets from here to -1 count from the network header. */
const NETWORK_BASE = -0x10_0000;
/** SKF_LL_OFF: offsets from here to below NETWORK_BASE count from the link-layer header. */
const LINK_BASE = -0x20_0000;

/**
 * A load at an offset that is not inside 0 .. packet length: the negative offsets that count from a header
 * (bpf_skb_load_helper_convert_offset of net/core/filter.c). They reach from the packet's `head` to its end, so also
 * bytes before offset 0. An unset link-layer header is an address so low that every offset from it is below `head`.
 * @param offset signed 32 bits.
 * @param size bytes: 1, 2 or 4.
 * Returns the big-endian value, unsigned, or LOAD_FAILED.
 */
export function loadBeyond(packet: ClassicPacket, offset: number, size: number): number {
  if (offset >= 0 || offset < LINK_BASE) return LOAD_FAILED;
  const at =
    offset >= NETWORK_BASE ? packet.networkHeader + (offset - NETWORK_BASE) : packet.macHeader + (offset - LINK_BASE);
  if (at < packet.head || at + size > packet.data + packet.length) return LOAD_FAILED;
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + packet.bytes[at + i]!;
  return value;
}
