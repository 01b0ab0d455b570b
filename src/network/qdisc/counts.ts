import type { Skb } from "../../packet/skb.ts";
import { packetCount, packetLength } from "./packet-length.ts";
import type { QdiscCounts } from "./qdisc.ts";

export function noCounts(): QdiscCounts {
  return { packets: 0, bytes: 0, dropped: 0, overlimits: 0, requeues: 0 };
}

/** Counts a packet that leaves (qdisc_bstats_update). */
export function countSent(counts: QdiscCounts, skb: Skb): void {
  counts.packets += packetCount(skb);
  counts.bytes += packetLength(skb);
}
