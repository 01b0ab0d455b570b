import type { DropReason } from "../../packet/drop-reason.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import { mayUpdateWindow } from "./acknowledgements.ts";
import type { Connection } from "./connection.ts";
import { ACK, FIN, RST, SYN } from "./flags.ts";
import type { Segment } from "./segment.ts";
import type { Sender } from "./sender.ts";
import { after, before, plus } from "./sequence.ts";
import { isTimestampNew } from "./timestamps.ts";

/** net.ipv4.tcp_invalid_ratelimit: time between two acknowledgements of segments that should not have come. */
const ANSWER_INTERVAL = 500_000_000;

/** Whether a segment may be looked at: timestamps, sequence number, RST and SYN, in this order (tcp_validate_incoming). */
export class Acceptability {
  private readonly sender: Sender;
  private readonly simulation: Simulation;

  constructor(sender: Sender, simulation: Simulation) {
    this.sender = sender;
    this.simulation = simulation;
  }

  /** `accept`; `reset`: the segment ends the connection; else why it is dropped. An answer that is due has been sent. */
  judge(c: Connection, segment: Segment): "accept" | "reset" | DropReason {
    if (c.timestamps && segment.hasTimestamps && !isTimestampNew(c, segment, this.simulation.now)) {
      const reason = this.judgeOld(c, segment);
      if (reason !== undefined && !segment.has(RST)) {
        if (segment.has(SYN)) return this.challenge(c, "TCP_INVALID_SYN");
        if (reason !== "TCP_RFC7323_PAWS_ACK") this.answerInvalid(c, segment);
        return reason;
      }
    }
    const outside = judgeSequence(c, segment);
    if (outside !== undefined) {
      if (segment.has(RST)) return isBeforeFin(c, segment) ? "reset" : outside;
      if (segment.has(SYN)) return this.challenge(c, "TCP_INVALID_SYN");
      this.answerInvalid(c, segment);
      return outside;
    }
    if (segment.has(RST)) {
      const { sequence } = segment;
      if (sequence === c.rcvNxt || isBeforeFin(c, segment) || sequence === c.sack.highest) return "reset";
      return this.challenge(c, "TCP_RESET");
    }
    if (segment.has(SYN) && !isCrossedSyn(c, segment)) return this.challenge(c, "TCP_INVALID_SYN");
    return "accept";
  }

  /** A challenge ACK (RFC 5961): the peer, if it is one, answers what is true. */
  challenge(c: Connection, reason: DropReason): DropReason {
    if (isAnswerAllowed(c, this.simulation.now)) this.sender.acknowledge(c);
    return reason;
  }

  /** Acknowledges a segment that is not acceptable (tcp_send_dupack). */
  private answerInvalid(c: Connection, segment: Segment): void {
    if (!isAnswerDue(c, segment, this.simulation.now)) return;
    if (segment.end !== segment.sequence && before(segment.sequence, c.rcvNxt)) {
      c.acks.enterQuick(c.rcvWnd);
      if (c.sackPermitted) c.sack.addDuplicate(segment.sequence, after(segment.end, c.rcvNxt) ? c.rcvNxt : segment.end);
    }
    this.sender.acknowledge(c);
  }

  /** tcp_disordered_ack_check: an old timestamp is pardoned on an acknowledgement that says nothing new and is only late. */
  private judgeOld(c: Connection, segment: Segment): DropReason | undefined {
    const reason = "TCP_RFC7323_PAWS";
    if (!segment.has(ACK) || segment.sequence !== segment.end) return reason;
    if (segment.sequence !== c.rcvNxt) return before(segment.sequence, c.rcvNxt) ? "TCP_RFC7323_PAWS_ACK" : reason;
    if (segment.acknowledgement !== c.sndUna) return reason;
    if (mayUpdateWindow(c, segment, segment.window << c.sndScale)) return reason;
    const age = (c.recentTimestamp - segment.timestamp) | 0;
    return age > c.roundTrip.timeout / 1_000_000 ? reason : undefined;
  }
}

/** True, at most every half second, when a segment that should not have come may be answered (__tcp_oow_rate_limited). */
export function isAnswerAllowed(owner: { lastOutOfWindowAck: number }, now: number): boolean {
  if (now - owner.lastOutOfWindowAck < ANSWER_INTERVAL) return false;
  owner.lastOutOfWindowAck = now;
  return true;
}

/** As `isAnswerAllowed`; segments with data, which cannot be part of a loop of ACKs, are always answered (tcp_oow_rate_limited). */
export function isAnswerDue(owner: { lastOutOfWindowAck: number }, segment: Segment, now: number): boolean {
  if (segment.sequence !== segment.end && !segment.has(SYN)) return true;
  return isAnswerAllowed(owner, now);
}

/** tcp_sequence: why a segment's sequence numbers are outside the window; undefined: they are not. */
function judgeSequence(c: Connection, segment: Segment): DropReason | undefined {
  const { sequence, end } = segment;
  if (before(end, c.rcvWup)) return "TCP_OLD_SEQUENCE";
  const limit = plus(c.rcvNxt, c.receiveWindow);
  if (!after(end, limit)) return undefined;
  if (after(sequence, limit)) return "TCP_INVALID_SEQUENCE";
  // The end may lie beyond it while nothing waits to be read, and here nothing ever does.
  return undefined;
}

/** tcp_reset_check: some stacks send the RST of a connection with the number of their FIN. */
function isBeforeFin(c: Connection, segment: Segment): boolean {
  const { state } = c;
  const isFinReceived = state === "CLOSE-WAIT" || state === "LAST-ACK" || state === "CLOSING";
  return isFinReceived && segment.sequence === plus(c.rcvNxt, -1);
}

/** The SYN+ACK of a peer whose SYN crossed ours. */
function isCrossedSyn(c: Connection, segment: Segment): boolean {
  return (
    c.state === "SYN-RECEIVED" &&
    segment.has(ACK) &&
    !segment.has(FIN) &&
    segment.length === 0 &&
    plus(segment.sequence, 1) === c.rcvNxt &&
    segment.acknowledgement === c.sndNxt
  );
}
