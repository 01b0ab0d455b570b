import { before } from "./sequence.ts";

/** TCP_INIT_CWND (RFC 6928), in segments. */
const INITIAL_WINDOW = 10;
const NO_THRESHOLD = 0x7fff_ffff;
const SMALLEST_THRESHOLD = 2;
/** Duplicate acknowledgements that mean a loss (net.ipv4.tcp_reordering), and the most that reordering may raise it to. */
const DUPLICATE_THRESHOLD = 3;
const MOST_REORDERING = 300;

/**
 * What congestion control thinks of the connection (tcp_ca_state). `recovery`: a fast retransmission has begun, and
 * lasts until what was sent before it is acknowledged; `loss`: the same after a retransmission timeout.
 */
export type CongestionState = "open" | "recovery" | "loss";

/**
 * Congestion control: Linux's "reno" (tcp_cong.c) with NewReno's recovery (RFC 6582) and proportional rate reduction
 * (RFC 6937). All quantities are in segments.
 */
export class Congestion {
  state: CongestionState = "open";
  /** snd_cwnd. */
  window = INITIAL_WINDOW;
  /** snd_ssthresh. */
  threshold = NO_THRESHOLD;
  /** Recovery and loss end when this is acknowledged. */
  highSequence = 0;
  /** sacked_out of a Reno sender: segments that duplicate acknowledgements say have arrived. */
  duplicates = 0;
  /** Duplicates that mean a loss. */
  reordering = DUPLICATE_THRESHOLD;
  private acknowledged = 0;
  private priorWindow = 0;
  private reductionDelivered = 0;
  private reductionSent = 0;
  private isLimited = false;
  private mostOutstanding = 0;
  private usageSequence = 0;

  /** Segments that may be on their way, of `outstanding`, `lost` and `resent` of the retransmission queue. */
  inFlight(queue: { count: number; lost: number; resent: number }): number {
    return queue.count - this.duplicates - queue.lost + queue.resent;
  }

  /** A SYN that had to be sent more than once: slow start begins with one segment. */
  startCarefully(): void {
    this.window = 1;
  }

  /** Duplicate acknowledgements arrived; returns how many segments they newly say have arrived. */
  addDuplicate(queue: { count: number; lost: number }): number {
    const before = this.duplicates++;
    this.limitDuplicates(queue, 0);
    return this.duplicates - before;
  }

  /** `count` segments were acknowledged: one filled the hole, the others had been counted as duplicates (tcp_remove_reno_sacks). */
  removeDuplicates(queue: { count: number; lost: number }, count: number): number {
    const delivered = Math.max(count - this.duplicates, 1);
    this.duplicates = Math.max(0, this.duplicates - (count - 1));
    this.limitDuplicates(queue, count);
    return delivered;
  }

  /** After sending: remembers whether the window was what held the sender back (tcp_cwnd_validate). */
  sent(isLimited: boolean, outstanding: number, sndUna: number, sndNxt: number): void {
    if (!before(sndUna, this.usageSequence) || isLimited || (!this.isLimited && outstanding > this.mostOutstanding)) {
      this.isLimited = isLimited;
      this.mostOutstanding = outstanding;
      this.usageSequence = sndNxt;
    }
  }

  /** A segment, new or again, left during a reduction. */
  countSent(): void {
    if (this.state === "recovery") this.reductionSent++;
  }

  enterRecovery(sndNxt: number): void {
    this.state = "recovery";
    this.highSequence = sndNxt;
    this.acknowledged = 0;
    this.priorWindow = this.window;
    this.reductionDelivered = 0;
    this.reductionSent = 0;
    this.threshold = this.halfWindow();
  }

  /** tcp_enter_loss; all that was outstanding is marked lost already. */
  enterLoss(sndUna: number, sndNxt: number, isFirstTimeout: boolean): void {
    const again = this.state !== "open" && before(sndUna, this.highSequence);
    if (!again || (this.state === "loss" && isFirstTimeout)) this.threshold = this.halfWindow();
    this.duplicates = 0;
    this.window = 1;
    this.acknowledged = 0;
    this.state = "loss";
    this.highSequence = sndNxt;
  }

  /** The path's MTU has shrunk, and what was too large is marked lost; congestion is not what it means (tcp_simple_retransmit). */
  resegment(sndNxt: number): void {
    if (this.state === "loss") return;
    if (this.state === "open") this.threshold = Math.max(this.threshold, (this.window >> 1) + (this.window >> 2));
    this.state = "loss";
    this.highSequence = sndNxt;
  }

  /** What was outstanding at its beginning is acknowledged. */
  leave(): void {
    if (this.state === "recovery") this.window = this.threshold;
    this.state = "open";
  }

  /** tcp_cong_control: an acknowledgement says that `delivered` segments arrived; `wentOn`: it acknowledged some in order. */
  adjust(delivered: number, inFlight: number, wentOn: boolean, newlyLost: number): void {
    if (this.state === "recovery") this.reduce(delivered, inFlight, wentOn, newlyLost);
    else if (wentOn) this.grow(delivered);
  }

  /** tcp_cwnd_reduction. */
  private reduce(delivered: number, inFlight: number, wentOn: boolean, newlyLost: number): void {
    if (delivered <= 0 || this.priorWindow === 0) return;
    this.reductionDelivered += delivered;
    const room = this.threshold - inFlight;
    let count: number;
    if (room < 0) {
      const share = this.threshold * this.reductionDelivered + this.priorWindow - 1;
      count = Math.floor(share / this.priorWindow) - this.reductionSent;
    } else {
      count = Math.max(this.reductionDelivered - this.reductionSent, delivered);
      if (wentOn && newlyLost === 0) count++;
      count = Math.min(room, count);
    }
    // The fast retransmission itself always goes out.
    this.window = inFlight + Math.max(count, this.reductionSent > 0 ? 0 : 1);
  }

  /** tcp_reno_cong_avoid. */
  private grow(acknowledged: number): void {
    const inSlowStart = this.window < this.threshold;
    if (!this.isLimited && !(inSlowStart && this.window < 2 * this.mostOutstanding)) return;
    let left = acknowledged;
    if (inSlowStart) {
      const grown = Math.min(this.window + left, this.threshold);
      left -= grown - this.window;
      this.window = grown;
      if (left === 0) return;
    }
    if (this.acknowledged >= this.window) {
      this.acknowledged = 0;
      this.window++;
    }
    this.acknowledged += left;
    if (this.acknowledged >= this.window) {
      const steps = Math.floor(this.acknowledged / this.window);
      this.acknowledged -= steps * this.window;
      this.window += steps;
    }
  }

  private halfWindow(): number {
    return Math.max(this.window >> 1, SMALLEST_THRESHOLD);
  }

  /** tcp_check_reno_reordering: more duplicates than can be mean that the network reorders. */
  private limitDuplicates(queue: { count: number; lost: number }, acknowledged: number): void {
    const holes = Math.min(Math.max(queue.lost, 1), queue.count);
    if (this.duplicates + holes <= queue.count) return;
    this.duplicates = queue.count - holes;
    this.reordering = Math.max(DUPLICATE_THRESHOLD, Math.min(queue.count + acknowledged, MOST_REORDERING));
  }
}
