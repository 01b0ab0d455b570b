import type { Connection } from "./connection.ts";
import { RST } from "./flags.ts";
import type { Segment } from "./segment.ts";
import { after } from "./sequence.ts";

/** A timestamp may be so much older than the newest, in ticks (TCP_PAWS_WINDOW). */
const TOLERANCE = 1;
/** TCP_PAWS_WRAP: after 24 days without a segment any timestamp is new. In nanoseconds. */
const STALE = 2_147_483_000_000_000;
/** TCP_PAWS_MSL: for so long an RST's timestamp counts. */
const RESET_AGE = 60_000_000_000;

/** What is remembered of the timestamps that a peer sent. */
export interface RecentTimestamp {
  readonly recentTimestamp: number;
  /** When that one came. */
  readonly recentTimestampAt: number;
}

/** Protection against wrapped sequence numbers (RFC 7323 section 5): false for a segment from the past (tcp_paws_check). */
export function isTimestampNew(recent: RecentTimestamp, segment: Segment, now: number, tolerance = TOLERANCE): boolean {
  if (((recent.recentTimestamp - segment.timestamp) | 0) <= tolerance) return true;
  return now >= recent.recentTimestampAt + STALE || recent.recentTimestamp === 0;
}

/** As `isTimestampNew` where there is no whole connection, inverted; an RST is refused only by a fresh timestamp (tcp_paws_reject). */
export function isTimestampRefused(recent: RecentTimestamp, segment: Segment, now: number): boolean {
  if (isTimestampNew(recent, segment, now, 0)) return false;
  return !(segment.has(RST) && now >= recent.recentTimestampAt + RESET_AGE);
}

/** Remembers the timestamp of a segment that the last acknowledgement lies in (tcp_replace_ts_recent). */
export function rememberTimestamp(c: Connection, segment: Segment, now: number): void {
  if (!c.timestamps || !segment.hasTimestamps || after(segment.sequence, c.rcvWup)) return;
  if (isTimestampNew(c, segment, now, 0)) storeTimestamp(c, segment, now);
}

export function storeTimestamp(c: Connection, segment: Segment, now: number): void {
  c.recentTimestamp = segment.timestamp;
  c.recentTimestampAt = now;
}
