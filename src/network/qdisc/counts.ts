import type { QdiscCounts } from "./qdisc.ts";

export function noCounts(): QdiscCounts {
  return { packets: 0, bytes: 0, dropped: 0, overlimits: 0 };
}
