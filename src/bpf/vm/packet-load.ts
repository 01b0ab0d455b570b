import type { PacketFields } from "./environment.ts";
import type { LinearMemory } from "./memory.ts";

/** SKF_NET_OFF: offsets from here to -1 count from the network header. */
export const NETWORK_BASE = -0x10_0000;
/** SKF_LL_OFF: offsets from here to below NETWORK_BASE count from the link-layer header. */
export const LINK_BASE = -0x20_0000;

/**
 * Address of the bytes that LD_ABS or LD_IND loads, or 0 where they are not inside the packet and the program ends
 * (net/core/filter.c, bpf_skb_load_helper_convert_offset). Negative offsets count from a header and reach down to skb->head.
 * @param context address.
 * @param offset signed 32 bits: `imm`, to which LD_IND adds its register modulo 2^32.
 * @param size bytes: 1, 2 or 4.
 */
export function packetLoadAddress(
  memory: LinearMemory,
  fields: PacketFields,
  context: number,
  offset: number,
  size: number,
): number {
  const data = memory.uint32(context + fields.data);
  let address: number;
  if (offset >= 0) address = data + offset;
  else if (offset >= NETWORK_BASE) address = memory.uint32(context + fields.networkHeader) + (offset - NETWORK_BASE);
  else if (offset >= LINK_BASE) {
    const header = memory.uint32(context + fields.macHeader);
    if (header === 0) return 0;
    address = header + (offset - LINK_BASE);
  } else return 0;
  const end = data + memory.uint32(context + fields.length);
  return address >= memory.uint32(context + fields.head) && address + size <= end ? address : 0;
}
