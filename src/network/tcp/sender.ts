import type { Simulation } from "../../simulation/simulation.ts";
import { mostSegments, quota, shouldWait, splitPoint } from "./burst.ts";
import type { Connection } from "./connection.ts";
import { ACK, FIN, PSH, RST, SYN } from "./flags.ts";
import { INITIAL_TIMEOUT } from "./round-trip.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import { after, before, distance, plus } from "./sequence.ts";
import type { TcpCounts } from "./tcp-counts.ts";

/** Largest window without scaling. */
const LARGEST_WINDOW = 65_535;
const CONTROLS = FIN | SYN | PSH | ACK;

/** The sending side of connections: what may leave, when, and what is sent again (net/ipv4/tcp_output.c). */
export class Sender {
  private readonly writer: SegmentWriter;
  private readonly simulation: Simulation;
  private readonly counts: TcpCounts;

  constructor(writer: SegmentWriter, simulation: Simulation, counts: TcpCounts) {
    this.writer = writer;
    this.simulation = simulation;
    this.counts = counts;
  }

  /** Sends the first SYN of a connection and starts its timer. */
  open(c: Connection): void {
    const { now } = this.simulation;
    c.sndUna = c.iss;
    c.sndNxt = plus(c.iss, 1);
    c.sndSml = c.iss;
    c.unacknowledged.push(c.iss, c.sndNxt, SYN, now);
    c.handshakeAt = now;
    this.writer.handshake(c, SYN);
    c.retransmitTimer.set(now + INITIAL_TIMEOUT);
  }

  /** The peer's SYN crossed ours: sends ours again, as an answer (tcp_send_synack). */
  answerCrossedSyn(c: Connection): void {
    c.unacknowledged.addFlag(0, ACK);
    this.writer.handshake(c, SYN | ACK);
  }

  /** Sends an acknowledgement without data (tcp_send_ack). */
  acknowledge(c: Connection): void {
    this.transmit(c, ACK, this.acceptableSequence(c), 0);
  }

  /** Breaks the connection off (tcp_send_active_reset). */
  reset(c: Connection): void {
    this.counts.resets++;
    this.transmit(c, RST | ACK, this.acceptableSequence(c), 0);
  }

  /** The application writes more bytes of its stream, up to `written`. */
  write(c: Connection, written: number): void {
    this.writer.tellWrite(c, written - c.written);
    c.written = written;
  }

  /** Sends as much new data, and the FIN, as the windows allow (tcp_write_xmit); else sees to it that it will go on. */
  push(c: Connection): void {
    const { congestion, unacknowledged } = c;
    if (!c.hasUnsent) return;
    const { now } = this.simulation;
    let sent = false;
    let isLimited = false;
    while (c.hasUnsent) {
      if (congestion.inFlight(unacknowledged) >= congestion.window) {
        isLimited = true;
        break;
      }
      const mss = c.currentMss;
      let length = Math.min(mss, c.unsent);
      if (c.unsent > mss && !after(plus(c.sndNxt, mss), c.windowEnd)) {
        const most = mostSegments(c, mss);
        if (most > 1) {
          if (shouldWait(c, mss, most, now)) break;
          length = splitPoint(c, mss, Math.min(most, quota(c)), this.isHeldBack(c));
        }
      }
      const isLast = length === c.unsent;
      const fin = isLast && c.isFinQueued ? FIN : 0;
      if (length <= mss && after(plus(c.sndNxt, length + fin), c.windowEnd)) break;
      if (length < mss && fin === 0 && this.isHeldBack(c)) break;
      this.sendNew(c, length, fin, isLast, now);
      for (let done = 0; done < Math.max(length, 1); done += mss) congestion.countSent();
      sent = true;
    }
    if (congestion.inFlight(unacknowledged) >= congestion.window) isLimited = true;
    if (sent || isLimited) congestion.sent(isLimited, unacknowledged.count, c.sndUna, c.sndNxt);
    // tcp_check_probe_timer: nothing is on its way that would bring news of the peer's window.
    if (unacknowledged.count === 0 && c.hasUnsent && !c.retransmitTimer.isRunning) this.startProbing(c);
  }

  /** Sends segment `index` of the retransmission queue again (tcp_retransmit_skb). */
  retransmit(c: Connection, index: number): void {
    const { unacknowledged: queue } = c;
    const { now } = this.simulation;
    const flags = queue.mark(index) & CONTROLS;
    // What of it is acknowledged already is left out (tcp_trim_head).
    const start = before(queue.start(index), c.sndUna) ? c.sndUna : queue.start(index);
    queue.markResent(index, start, now);
    this.counts.retransmissions++;
    this.writer.tellResend(c);
    if (c.retransmittingSince === 0) c.retransmittingSince = now;
    if ((flags & SYN) !== 0) this.writer.handshake(c, flags);
    else {
      const length = distance(start, queue.end(index)) - (flags & FIN);
      this.transmit(c, flags | ACK, start, length);
    }
  }

  /** Sends again what is marked lost, as far as the congestion window allows (tcp_xmit_retransmit_queue). */
  retransmitLost(c: Connection): void {
    const { congestion, unacknowledged } = c;
    while (congestion.inFlight(unacknowledged) < congestion.window) {
      const index = unacknowledged.nextLost();
      if (index < 0) return;
      this.retransmit(c, index);
      congestion.countSent();
      if (index === 0) this.restartTimer(c);
    }
  }

  /** Sets the retransmission timer to its full time from now on, or stops it where nothing is outstanding (tcp_rearm_rto). */
  restartTimer(c: Connection): void {
    if (c.unacknowledged.count === 0) c.retransmitTimer.stop();
    else c.retransmitTimer.set(this.simulation.now + c.roundTrip.timeout);
  }

  /** Asks the peer for its window: sends what fits into it, else an old segment that it has to answer (tcp_write_wakeup). */
  probe(c: Connection): void {
    const { now } = this.simulation;
    const room = distance(c.sndNxt, c.windowEnd);
    if (c.hasUnsent && before(c.sndNxt, c.windowEnd)) {
      const length = Math.min(c.currentMss, c.unsent, room);
      const isLast = length === c.unsent;
      const fin = isLast && c.isFinQueued && length < room ? FIN : 0;
      this.sendNew(c, length, fin, true, now);
    } else this.transmit(c, ACK, plus(c.sndUna, -1), 0);
  }

  private startProbing(c: Connection): void {
    c.probeBackOff = 0;
    c.retransmitTimer.set(this.simulation.now + c.roundTrip.timeout);
  }

  private sendNew(c: Connection, length: number, fin: number, pushes: boolean, now: number): void {
    const { unacknowledged } = c;
    const start = c.sndNxt;
    const flags = ACK | fin | (pushes && length > 0 ? PSH : 0);
    const end = plus(start, length + fin);
    c.sentBytes += length;
    c.sndNxt = end;
    if (fin !== 0) c.isFinSent = true;
    const mss = c.currentMss;
    if (length % mss !== 0 || length === 0) c.sndSml = end;
    const isFirst = unacknowledged.count === 0;
    let from = 0;
    for (; length - from > mss; from += mss) unacknowledged.push(plus(start, from), plus(start, from + mss), ACK, now);
    unacknowledged.push(plus(start, from), end, flags, now);
    this.transmit(c, flags, start, length);
    if (isFirst) this.restartTimer(c);
  }

  /** Nagle's algorithm as Minshall amended it: of segments that are not full, one at a time (tcp_nagle_test). */
  private isHeldBack(c: Connection): boolean {
    return c.unacknowledged.count > 0 && after(c.sndSml, c.sndUna) && !after(c.sndSml, c.sndNxt);
  }

  private transmit(c: Connection, flags: number, sequence: number, length: number): void {
    if (length > 0) c.acks.dataSent(this.simulation.now);
    const window = this.selectWindow(c);
    this.writer.segment(c, flags, sequence, length, window);
    c.acks.sent();
    c.ackTimer.stop();
  }

  /** The window to be offered, as it goes into the header: never smaller than what was offered before (tcp_select_window). */
  private selectWindow(c: Connection): number {
    const unit = 1 << c.rcvScale;
    c.rcvWnd = Math.ceil(Math.max(c.rcvWnd, c.receiveWindow) / unit) * unit;
    c.rcvWup = c.rcvNxt;
    const window = c.rcvScale === 0 ? Math.min(c.rcvWnd, LARGEST_WINDOW) : c.rcvWnd;
    return window >>> c.rcvScale;
  }

  /** tcp_acceptable_seq: the peer would not take an acknowledgement from beyond its window. */
  private acceptableSequence(c: Connection): number {
    const { windowEnd, sndNxt, sndScale } = c;
    const isInside = !before(windowEnd, sndNxt) || (sndScale > 0 && distance(windowEnd, sndNxt) < 1 << sndScale);
    return isInside ? sndNxt : windowEnd;
  }
}
