import type { Skb } from "../../packet/skb.ts";

/** Bytes that disciplines count of a packet: what it will have on the wire, as it was when it came to the device (qdisc_pkt_len). */
export function packetLength({ wireLength, length }: Skb): number {
  return wireLength || length;
}

/** Packets that it will be there (bstats_update). */
export function packetCount({ segmentSize, segments }: Skb): number {
  return segmentSize === 0 ? 1 : segments;
}
