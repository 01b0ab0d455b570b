import { after } from "./sequence.ts";

/** Initial retransmission timeout (TCP_TIMEOUT_INIT, RFC 6298 section 2.1), in nanoseconds. */
export const INITIAL_TIMEOUT = 1_000_000_000;
/** TCP_TIMEOUT_FALLBACK. */
const CAUTIOUS_TIMEOUT = 3_000_000_000;
/** TCP_RTO_MAX. */
export const LONGEST_TIMEOUT = 120_000_000_000;
/** TCP_RTO_MIN, which bounds the variance, not the sum: a timeout is at least the round trip and this. */
const SMALLEST_VARIANCE = 200_000;
const NANOSECONDS = 1000;

/** Round-trip time and retransmission timeout (RFC 6298 as tcp_rtt_estimator has it). */
export class RoundTrip {
  /** Smoothed round-trip time in microseconds, times 8; 0: none measured. */
  smoothed = 0;
  /** Retransmission timeout in nanoseconds, back-off included. */
  timeout = INITIAL_TIMEOUT;
  /** The shortest measured, in microseconds (tcp_min_rtt); -1 as an unsigned number: none. */
  shortest = 0xffff_ffff;
  private deviation = 0;
  private largestDeviation = SMALLEST_VARIANCE;
  private variance = 0;
  /** The largest deviation is forgotten when this was acknowledged: once a round trip. */
  private roundEnd = 0;

  /** Takes a measurement in nanoseconds; ends a back-off. */
  measure(nanoseconds: number, sndUna: number, sndNxt: number): void {
    const sample = Math.max(1, Math.floor(nanoseconds / NANOSECONDS));
    this.shortest = Math.min(this.shortest, sample);
    if (this.smoothed === 0) {
      this.smoothed = sample * 8;
      this.deviation = sample * 2;
      this.variance = Math.max(this.deviation, SMALLEST_VARIANCE);
      this.largestDeviation = this.variance;
      this.roundEnd = sndNxt;
    } else this.smooth(sample, sndUna, sndNxt);
    this.timeout = Math.min((Math.floor(this.smoothed / 8) + this.variance) * NANOSECONDS, LONGEST_TIMEOUT);
  }

  /** The handshake gave no measurement, most likely since its segments were sent twice: no more haste (RFC 6298 section 5.7). */
  slowDown(): void {
    this.timeout = CAUTIOUS_TIMEOUT;
  }

  /** Exponential back-off. */
  backOff(): void {
    this.timeout = Math.min(this.timeout * 2, LONGEST_TIMEOUT);
  }

  private smooth(sample: number, sndUna: number, sndNxt: number): void {
    const error = sample - Math.floor(this.smoothed / 8);
    this.smoothed = Math.max(1, this.smoothed + error);
    let change = Math.abs(error) - Math.floor(this.deviation / 4);
    // A falling round-trip time shall not raise the timeout much.
    if (error < 0 && change > 0) change = Math.floor(change / 8);
    this.deviation += change;
    if (this.deviation > this.largestDeviation) {
      this.largestDeviation = this.deviation;
      this.variance = Math.max(this.variance, this.largestDeviation);
    }
    if (!after(sndUna, this.roundEnd)) return;
    if (this.largestDeviation < this.variance) this.variance -= Math.floor((this.variance - this.largestDeviation) / 4);
    this.roundEnd = sndNxt;
    this.largestDeviation = SMALLEST_VARIANCE;
  }
}
