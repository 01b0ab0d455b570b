import type { Simulation } from "../../simulation/simulation.ts";
import type { Connection } from "./connection.ts";
import type { Establishment } from "./establishment.ts";
import { SYN } from "./flags.ts";
import { EVER_RESENT, LOST } from "./retransmit-queue.ts";
import type { Segment } from "./segment.ts";
import type { Sender } from "./sender.ts";
import { after, before, distance, plus } from "./sequence.ts";
import { rememberTimestamp } from "./timestamps.ts";

/** What an acknowledgement was worth: `old` ones are ignored, the segment is not; the others name a drop's reason. */
export type AckOutcome = "accepted" | "old" | "TCP_TOO_OLD_ACK" | "TCP_ACK_UNSENT_DATA";

/** What acknowledgements do to the sending side (tcp_ack, tcp_fastretrans_alert). */
export class Acknowledgements {
  private readonly sender: Sender;
  private readonly establishment: Establishment;
  private readonly simulation: Simulation;

  constructor(sender: Sender, establishment: Establishment, simulation: Simulation) {
    this.sender = sender;
    this.establishment = establishment;
    this.simulation = simulation;
  }

  /** @param isSynchronized false during the handshake, where timestamps are remembered otherwise. */
  process(c: Connection, segment: Segment, isSynchronized: boolean): AckOutcome {
    const { acknowledgement } = segment;
    const priorUna = c.sndUna;
    if (before(acknowledgement, priorUna)) {
      const tolerated = Math.min(c.largestWindow, c.acknowledgedBytes);
      return before(acknowledgement, plus(priorUna, -tolerated)) ? "TCP_TOO_OLD_ACK" : "old";
    }
    if (after(acknowledgement, c.sndNxt)) return "TCP_ACK_UNSENT_DATA";
    const advanced = acknowledgement !== priorUna;
    if (advanced) c.timeouts = 0;
    const { now } = this.simulation;
    if (isSynchronized) rememberTimestamp(c, segment, now);
    const outstanding = c.unacknowledged.count;
    const isWindowUpdate = this.updateWindow(c, segment);
    c.acknowledgedBytes += distance(priorUna, acknowledgement);
    c.sndUna = acknowledgement;
    c.probes = 0;
    c.heardAt = now;
    if (outstanding === 0) {
      this.endProbing(c, now);
      return "accepted";
    }
    const acked = this.takeAcknowledged(c, segment, now);
    const isDuplicate = !advanced && !isWindowUpdate && segment.end === segment.sequence;
    this.adjust(c, acked, advanced, isDuplicate);
    return "accepted";
  }

  /** tcp_ack_update_window. */
  private updateWindow(c: Connection, segment: Segment): boolean {
    const window = segment.has(SYN) ? segment.window : segment.window << c.sndScale;
    if (!mayUpdateWindow(c, segment, window)) return false;
    c.sndWl1 = segment.sequence;
    c.sndWnd = window;
    if (window > c.largestWindow) {
      c.largestWindow = window;
      this.establishment.updateMss(c);
    }
    return true;
  }

  /** Takes what is acknowledged off the retransmission queue and measures the round trip (tcp_clean_rtx_queue); returns how many segments. */
  private takeAcknowledged(c: Connection, segment: Segment, now: number): number {
    const { unacknowledged: queue } = c;
    let acked = 0;
    let firstSentAt = -1;
    let anyResent = false;
    while (queue.count > 0 && !after(queue.end(0), c.sndUna)) {
      const mark = queue.mark(0);
      if ((mark & EVER_RESENT) !== 0) anyResent = true;
      else if (firstSentAt < 0) firstSentAt = queue.sentAt(0);
      queue.shift();
      acked++;
    }
    if (acked === 0) return 0;
    // Karn's algorithm: what was sent twice says nothing, except through its timestamp.
    if (firstSentAt >= 0 && !anyResent) c.roundTrip.measure(now - firstSentAt, c.sndUna, c.sndNxt);
    else if (c.timestamps && segment.hasTimestamps && segment.echoedTimestamp !== 0) {
      const ticks = distance(segment.echoedTimestamp, c.timestampAt(now));
      c.roundTrip.measure(Math.max(ticks, 1) * 1_000_000, c.sndUna, c.sndNxt);
    }
    c.stream.forget(c.offsetOf(c.sndUna));
    return acked;
  }

  /** Congestion control, loss recovery and the retransmission timer. */
  private adjust(c: Connection, acked: number, advanced: boolean, isDuplicate: boolean): void {
    const { congestion, unacknowledged: queue } = c;
    const inHandshake = c.state === "SYN-SENT" || c.state === "SYN-RECEIVED";
    const priorLost = queue.lost;
    let delivered = acked > 0 ? congestion.removeDuplicates(queue, acked) : 0;
    let resend = false;
    if (congestion.state !== "open" && !before(c.sndUna, congestion.highSequence)) {
      if (advanced) congestion.duplicates = 0;
      // As long as nothing beyond it is acknowledged, duplicates may still be echoes of the old loss (RFC 6582 section 4).
      if (c.sndUna !== congestion.highSequence) {
        congestion.leave();
        c.retransmittingSince = 0;
      }
    }
    switch (congestion.state) {
      case "open":
        if (advanced) congestion.duplicates = 0;
        if (isDuplicate) delivered += congestion.addDuplicate(queue);
        if (congestion.duplicates >= congestion.reordering && queue.count > 0) {
          queue.markLost(0);
          congestion.enterRecovery(c.sndNxt);
          resend = true;
        }
        break;
      case "recovery":
        if (isDuplicate) delivered += congestion.addDuplicate(queue);
        // A partial acknowledgement: the next segment was lost as well (RFC 6582 section 3.2).
        if (advanced && queue.count > 0 && (queue.mark(0) & LOST) === 0 && before(c.sndUna, congestion.highSequence))
          queue.markLost(0);
        resend = true;
        break;
      case "loss":
        if (isDuplicate && after(c.sndNxt, congestion.highSequence)) delivered += congestion.addDuplicate(queue);
        else if (advanced) congestion.duplicates = 0;
        resend = true;
    }
    if (acked > 0) this.sender.restartTimer(c);
    if (!inHandshake) {
      const newlyLost = Math.max(0, queue.lost - priorLost);
      congestion.adjust(delivered, congestion.inFlight(queue), acked > 0, newlyLost);
    }
    if (resend) this.sender.retransmitLost(c);
  }

  /** tcp_ack_probe: the window is open again, or stays to be asked for. */
  private endProbing(c: Connection, now: number): void {
    if (!c.hasUnsent || !c.retransmitTimer.isRunning) return;
    const length = Math.min(c.currentMss, c.unsent);
    if (!after(plus(c.sndNxt, length), c.windowEnd)) {
      c.probeBackOff = 0;
      c.retransmitTimer.stop();
    } else c.retransmitTimer.set(now + c.roundTrip.timeout * 2 ** c.probeBackOff);
  }
}

/** tcp_may_update_window: only a segment newer than the last that did. `window` in bytes. */
export function mayUpdateWindow(c: Connection, segment: Segment, window: number): boolean {
  if (after(segment.acknowledgement, c.sndUna) || after(segment.sequence, c.sndWl1)) return true;
  return segment.sequence === c.sndWl1 && (window > c.sndWnd || window === 0);
}
