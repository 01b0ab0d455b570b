import type { Simulation } from "../../simulation/simulation.ts";
import type { Connection } from "./connection.ts";
import { ACK, SYN } from "./flags.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { INITIAL_TIMEOUT, LONGEST_TIMEOUT } from "./round-trip.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import type { Sender } from "./sender.ts";

/** net.ipv4.tcp_syn_retries, and tcp_syn_linear_timeouts: as many further SYNs before the time between two doubles. */
const SYN_RETRIES = 6;
const LINEAR_SYN_TIMEOUTS = 4;
/** net.ipv4.tcp_synack_retries. */
const SYNACK_RETRIES = 5;
/** net.ipv4.tcp_retries2. */
const RETRIES = 15;
/** What tcp_orphan_retries makes of its default, 0, while the timeout can still grow. */
const ORPHAN_RETRIES = 8;
/** TCP_RTO_MIN, from which the time that a number of retries takes is computed. */
const SHORTEST_TIMEOUT = 200_000_000;

/** What happens when a connection's retransmission timer expires (net/ipv4/tcp_timer.c, reqsk_timer_handler). */
export class Timeouts {
  private readonly sender: Sender;
  private readonly writer: SegmentWriter;
  private readonly lifecycle: Lifecycle;
  private readonly simulation: Simulation;

  constructor(sender: Sender, writer: SegmentWriter, lifecycle: Lifecycle, simulation: Simulation) {
    this.sender = sender;
    this.writer = writer;
    this.lifecycle = lifecycle;
    this.simulation = simulation;
  }

  expire(c: Connection): void {
    if (c.isRequest) this.expireRequest(c);
    else if (c.unacknowledged.count > 0) this.retransmit(c);
    else if (c.hasUnsent) this.probe(c);
  }

  /** The answer to a SYN was not acknowledged. */
  private expireRequest(c: Connection): void {
    if (c.allTimeouts >= SYNACK_RETRIES) {
      this.lifecycle.forget(c);
      return;
    }
    c.allTimeouts++;
    this.writer.handshake(c, SYN | ACK);
    c.retransmitTimer.set(this.simulation.now + Math.min(INITIAL_TIMEOUT * 2 ** c.allTimeouts, LONGEST_TIMEOUT));
  }

  /** tcp_retransmit_timer. */
  private retransmit(c: Connection): void {
    const { now } = this.simulation;
    if (this.isGivenUp(c, now)) {
      this.lifecycle.end(c, "timed-out");
      return;
    }
    const isHandshake = c.state === "SYN-SENT" || c.state === "SYN-RECEIVED";
    c.unacknowledged.markAllLost();
    if (!isHandshake) c.congestion.enterLoss(c.sndUna, c.sndNxt, c.timeouts === 0);
    c.timeouts++;
    c.allTimeouts++;
    this.sender.retransmit(c, 0);
    if (c.state !== "SYN-SENT" || c.allTimeouts > LINEAR_SYN_TIMEOUTS) c.roundTrip.backOff();
    c.retransmitTimer.set(now + c.roundTrip.timeout);
  }

  /** tcp_write_timeout. */
  private isGivenUp(c: Connection, now: number): boolean {
    // A peer that shuts its window and still answers is no reason to give up (tcp_rtx_probe0_timed_out).
    if (c.sndWnd === 0 && !c.isOrphan && c.state !== "SYN-SENT" && c.state !== "SYN-RECEIVED")
      return now - c.heardAt > 2 * LONGEST_TIMEOUT && now - c.retransmittingSince > 2 * LONGEST_TIMEOUT;
    if (c.state === "SYN-SENT") return c.timeouts >= SYN_RETRIES + LINEAR_SYN_TIMEOUTS;
    if (c.timeouts === 0) {
      c.retransmittingSince = 0;
      return false;
    }
    const first = c.state === "SYN-RECEIVED" ? INITIAL_TIMEOUT : SHORTEST_TIMEOUT;
    const retries = c.isOrphan ? (c.roundTrip.timeout < LONGEST_TIMEOUT ? ORPHAN_RETRIES : 0) : RETRIES;
    return now - c.retransmittingSince >= durationOf(retries, first);
  }

  /** tcp_probe_timer: the peer's window is shut, and the segment that opens it may have been lost. */
  private probe(c: Connection): void {
    if (c.probes >= (c.isOrphan ? ORPHAN_RETRIES : RETRIES)) {
      this.lifecycle.end(c, "timed-out");
      return;
    }
    c.probes++;
    this.sender.probe(c);
    if (c.unacknowledged.count > 0) return;
    c.probeBackOff++;
    const delay = Math.min(c.roundTrip.timeout * 2 ** c.probeBackOff, LONGEST_TIMEOUT);
    c.retransmitTimer.set(this.simulation.now + delay);
  }
}

/** Nanoseconds that so many retries take when the timeout is `first` at first and doubles (tcp_model_timeout). */
function durationOf(retries: number, first: number): number {
  const doublings = Math.floor(Math.log2(LONGEST_TIMEOUT / first));
  if (retries <= doublings) return (2 ** (retries + 1) - 1) * first;
  return (2 ** (doublings + 1) - 1) * first + (retries - doublings) * LONGEST_TIMEOUT;
}
