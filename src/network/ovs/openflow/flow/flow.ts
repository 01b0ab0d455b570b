import type { Action } from "../action/action.ts";
import type { Match } from "../match/match.ts";

/** A flow as it is put into a table. */
export interface FlowEntry {
  readonly table: number;
  /** 0..65535; the highest that matches counts. */
  readonly priority: number;
  readonly cookie: bigint;
  /** Seconds without a packet after which it goes; 0: never. */
  readonly idleTimeout: number;
  /** Seconds after which it goes; 0: never. */
  readonly hardTimeout: number;
  /** Flows of less importance make room for others. */
  readonly importance: number;
  readonly flags: readonly FlowFlag[];
  readonly match: Match;
  readonly actions: readonly Action[];
}

export type FlowFlag = "send_flow_rem" | "check_overlap" | "reset_counts" | "no_packet_counts" | "no_byte_counts";

export const FLOW_FLAGS: readonly FlowFlag[] = [
  "send_flow_rem",
  "check_overlap",
  "reset_counts",
  "no_packet_counts",
  "no_byte_counts",
];

/** Priority of flows that do not say theirs (OFP_DEFAULT_PRIORITY). */
export const DEFAULT_PRIORITY = 32768;
