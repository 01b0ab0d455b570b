import { FIN, PSH, SYN, URG } from "./flags.ts";
import { type Segment, TCP_HEADER } from "./segment.ts";

/** TCP_ATO_MIN and TCP_DELACK_MIN: shortest delay of an acknowledgement, in nanoseconds. */
const SHORTEST_DELAY = 40_000_000;
/** TCP_DELACK_MAX. */
const LONGEST_DELAY = 200_000_000;
/** Longest delay of an ACK while full segments come (HZ / 2). */
const LONGEST_BULK_DELAY = 500_000_000;
/** TCP_MAX_QUICKACKS: acknowledgements sent at once when data begins to flow. */
const MOST_QUICK = 16;
/** TCP_MSS_DEFAULT and TCP_MIN_MSS. */
const DEFAULT_MSS = 536;
const SMALLEST_MSS = 88;
/** Flags of a segment that ends a burst and need not be full (TCP_REMNANT). */
const REMNANT = FIN | SYN | PSH | URG;

/**
 * When received data is acknowledged (RFC 9293 section 3.8.6.3, RFC 5681 section 4.2), as Linux does it: at once when
 * data begins to flow, then every second full segment or after a delay that follows the sender's pace.
 */
export class AckSchedule {
  /** Something waits to be acknowledged. */
  isPending = false;
  /** The protocol wants an acknowledgement now: a hole was filled. */
  isUrgent = false;
  /** Segments still acknowledged at once. */
  private quick = 0;
  /** Data flows both ways, so that acknowledgements ride on data. */
  private isInteractive = false;
  /** Delay (ATO) in nanoseconds; 0: no data has come yet. */
  private delay = 0;
  private lastReceived = 0;
  /** Guess of the size of the peer's full segments. */
  private receivedMss = DEFAULT_MSS;
  private lastSize = 0;
  private smallSegments = 0;

  /** tcp_initialize_rcv_mss. */
  begin(mss: number, window: number): void {
    this.receivedMss = Math.max(Math.min(mss, window >> 1, DEFAULT_MSS), SMALLEST_MSS);
  }

  schedule(): void {
    this.isPending = true;
  }

  /** The peer's FIN came: what there is to say will ride on the own FIN. */
  enterInteractive(): void {
    this.isInteractive = true;
  }

  /** The peer seems not to see acknowledgements: back to sending each at once. */
  enterQuick(window: number): void {
    this.addQuick(window);
    this.isInteractive = false;
    this.delay = SHORTEST_DELAY;
  }

  /**
   * Data came in order (tcp_event_data_recv).
   * @param plainHeader header length of the connection's ordinary segments.
   * @param window the receive window.
   * @param timeout the retransmission timeout, in nanoseconds.
   */
  received(
    segment: Segment,
    plainHeader: number,
    window: number,
    advertisedMss: number,
    timeout: number,
    now: number,
  ): void {
    this.isPending = true;
    this.measure(segment, plainHeader, advertisedMss);
    const gap = now - this.lastReceived;
    this.lastReceived = now;
    if (this.delay === 0) {
      this.addQuick(window);
      this.delay = SHORTEST_DELAY;
    } else if (gap <= SHORTEST_DELAY / 2) this.delay = this.delay / 2 + SHORTEST_DELAY / 2;
    else if (gap < this.delay) this.delay = Math.min(this.delay / 2 + gap, timeout);
    else if (gap > timeout) this.addQuick(window);
  }

  /** Data was sent: soon after data had come, it means a conversation. */
  dataSent(now: number): void {
    if (now - this.lastReceived < this.delay) this.isInteractive = true;
  }

  /** An acknowledgement left, on data or alone. */
  sent(): void {
    if (this.quick > 0 && this.isPending && --this.quick === 0) this.delay = SHORTEST_DELAY;
    this.isPending = false;
    this.isUrgent = false;
    this.smallSegments = 0;
  }

  /** __tcp_ack_snd_check: true when it has to leave now. `unacknowledged`: bytes received since the last one. */
  isDue(unacknowledged: number): boolean {
    return unacknowledged > this.receivedMss || (this.quick > 0 && !this.isInteractive) || this.isUrgent;
  }

  /** tcp_cleanup_rbuf: true when the reader's having taken everything makes it leave now. */
  isDueAfterRead(unacknowledged: number): boolean {
    if (!this.isPending) return false;
    const small = this.smallSegments > 1 || (this.smallSegments === 1 && !this.isInteractive);
    return unacknowledged > this.receivedMss || small;
  }

  /** Nanoseconds until it leaves at the latest (tcp_send_delayed_ack); `roundTrip` in nanoseconds, 0: not known. */
  delayFor(roundTrip: number): number {
    if (this.delay <= SHORTEST_DELAY) return Math.min(this.delay, LONGEST_DELAY);
    let longest = this.isInteractive || this.smallSegments > 0 ? LONGEST_DELAY : LONGEST_BULK_DELAY;
    if (roundTrip > 0) longest = Math.min(longest, Math.max(roundTrip, SHORTEST_DELAY));
    return Math.min(this.delay, longest, LONGEST_DELAY);
  }

  /** tcp_delack_timer_handler: the delay passed without data to ride on. */
  missed(timeout: number): void {
    if (!this.isInteractive) this.delay = Math.min(this.delay * 2, timeout);
    else {
      this.isInteractive = false;
      this.delay = SHORTEST_DELAY;
    }
  }

  private addQuick(window: number): void {
    const wanted = Math.floor(window / (2 * this.receivedMss)) || 2;
    this.quick = Math.max(this.quick, Math.min(wanted, MOST_QUICK));
  }

  /** tcp_measure_rcv_mss. */
  private measure(segment: Segment, plainHeader: number, advertisedMss: number): void {
    const { headerLength, flags } = segment;
    const length = segment.partSize || segment.length;
    if (length >= this.receivedMss) {
      this.receivedMss = Math.min(length, advertisedMss);
      if ((flags & PSH) !== 0) this.smallSegments = Math.max(this.smallSegments, 1);
      return;
    }
    const whole = length + headerLength;
    if (whole >= DEFAULT_MSS + TCP_HEADER || (whole >= SMALLEST_MSS + TCP_HEADER && (flags & REMNANT) === 0)) {
      const size = whole - plainHeader;
      const isSteady = size === this.lastSize;
      this.lastSize = size;
      if (isSteady) {
        this.receivedMss = size;
        return;
      }
    }
    this.smallSegments++;
  }
}
