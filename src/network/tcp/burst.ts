import type { Connection } from "./connection.ts";
import { distance } from "./sequence.ts";

/** MAX_TCP_HEADER and a byte: what a packet of many segments keeps free of the device's largest size. */
const RESERVED = 321;
/** tcp_tso_rtt_log, tcp_min_tso_segs, tcp_tso_win_divisor, sk_pacing_shift */
const ROUND_TRIP_SHIFT = 9;
const FEWEST = 2;
const WINDOW_SHARE = 3;
const PACING_SHIFT = 1024;
/** Shares of the window that a round trip paces at, in percent, in slow start and later. */
const PACE = { slowStart: 200, avoidance: 120 };
const MILLISECOND = 1_000_000;

/** Most segments of what the connection sends as one packet (tcp_tso_autosize). */
export function mostSegments(c: Connection, mss: number): number {
  const { maxSegments, maxBytes } = c.route.device.offload;
  if (maxSegments === 1) return 1;
  const largest = maxBytes - RESERVED;
  const shift = Math.floor(c.roundTrip.shortest / 2 ** ROUND_TRIP_SHIFT);
  const bytes = Math.floor(pacingRate(c, mss) / PACING_SHIFT) + (shift < 32 ? largest >> shift : 0);
  const window = c.largestWindow >> 1;
  const wanted = Math.max(Math.floor(Math.min(bytes, largest, Math.max(window, mss)) / mss), FEWEST);
  return Math.min(wanted, maxSegments);
}

/** Segments that may leave at once (tcp_cwnd_test). */
export function quota({ congestion, unacknowledged }: Connection): number {
  const half = Math.max(congestion.window >> 1, 1);
  return Math.min(half, congestion.window - congestion.inFlight(unacknowledged));
}

/**
 * Bytes of the next packet, where more than a segment waits (tcp_mss_split_point).
 * @param most segments of it.
 * @param isHeldBack Nagle's algorithm keeps what does not fill a segment.
 */
export function splitPoint(c: Connection, mss: number, most: number, isHeldBack: boolean): number {
  const window = distance(c.sndNxt, c.windowEnd);
  const needed = Math.min(c.unsent, window);
  if (mss * most <= needed) return mss * most;
  const partial = needed % mss;
  return partial !== 0 && isHeldBack && needed > partial ? needed - partial : needed;
}

/** A larger packet can be sent soon (tcp_tso_should_defer). */
export function shouldWait(c: Connection, mss: number, most: number, now: number): boolean {
  const { congestion, unacknowledged, roundTrip } = c;
  const { count } = unacknowledged;
  if (congestion.state !== "open" || count === 0) return false;
  if (now - unacknowledged.sentAt(count - 1) > MILLISECOND) return false;
  const inWindow = distance(c.sndNxt, c.windowEnd);
  const inCongestion = (congestion.window - congestion.inFlight(unacknowledged)) * mss;
  const room = Math.min(inWindow, inCongestion);
  const length = Math.min(c.unsent, most * mss);
  if (room >= most * mss || (c.unsent > length && room >= length)) return false;
  if (room >= Math.floor(Math.min(c.sndWnd, congestion.window * mss) / WINDOW_SHARE)) return false;
  const smoothed = (roundTrip.smoothed / 8) * 1000;
  const untilAnswer = unacknowledged.sentAt(0) + smoothed - now;
  if (untilAnswer > Math.min(smoothed / 2, MILLISECOND)) return false;
  if (room <= length) return true;
  return !(c.isFinQueued && c.unsent === length);
}

/** Bytes a second (tcp_update_pacing_rate). */
function pacingRate({ congestion, unacknowledged, roundTrip }: Connection, mss: number): number {
  const percent = congestion.window < congestion.threshold / 2 ? PACE.slowStart : PACE.avoidance;
  const segments = Math.max(congestion.window, unacknowledged.count);
  const rate = mss * 80_000 * percent * segments;
  return roundTrip.smoothed === 0 ? rate : Math.floor(rate / roundTrip.smoothed);
}
