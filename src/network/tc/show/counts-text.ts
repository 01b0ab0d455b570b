import type { QdiscCounts } from "../../qdisc/qdisc.ts";
import { tcSizeText } from "./numbers.ts";

/** Of what holds no packets. */
export const NOTHING_WAITS = { length: 0, backlog: 0 };

/** What tc -s prints below a discipline, a class or an action (print_tcstats2_attr). */
export function countLines(
  { packets, bytes, dropped, overlimits, requeues }: QdiscCounts,
  { length, backlog }: { length: number; backlog: number },
  indent = " ",
): string[] {
  return [
    `${indent}Sent ${bytes} bytes ${packets} pkt (dropped ${dropped}, overlimits ${overlimits} requeues ${requeues}) `,
    `${indent}backlog ${tcSizeText(backlog)} ${length}p requeues ${requeues}`,
  ];
}
