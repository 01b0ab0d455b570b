import type { Skb } from "../../packet/skb.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import type { Acceptability } from "./acceptability.ts";
import type { Acknowledgements } from "./acknowledgements.ts";
import type { Application } from "./application.ts";
import type { Connection } from "./connection.ts";
import type { Establishment } from "./establishment.ts";
import { ACK, FIN, RST, SYN } from "./flags.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Fate, Receiver } from "./receiver.ts";
import type { Segment } from "./segment.ts";
import type { Sender } from "./sender.ts";
import { after, before, plus } from "./sequence.ts";

/** The parts of TCP that the state machine puts to work. */
export interface StateMachineParts {
  readonly simulation: Simulation;
  readonly acceptability: Acceptability;
  readonly acknowledgements: Acknowledgements;
  readonly establishment: Establishment;
  readonly receiver: Receiver;
  readonly sender: Sender;
  readonly lifecycle: Lifecycle;
  readonly application: Application;
}

/** A segment arrives for a connection that is past its first SYN (RFC 9293 section 3.10.7.4, tcp_rcv_state_process). */
export class StateMachine {
  private readonly parts: StateMachineParts;

  constructor(parts: StateMachineParts) {
    this.parts = parts;
  }

  /** @param refuse answers the segment by an RST. */
  arrive(c: Connection, skb: Skb, segment: Segment, refuse: () => void): Fate {
    const { acceptability, acknowledgements, lifecycle } = this.parts;
    if (!segment.has(ACK | RST | SYN)) return "TCP_FLAGS";
    const verdict = acceptability.judge(c, segment);
    if (verdict === "reset") {
      lifecycle.endByReset(c, "reset");
      return "consumed";
    }
    if (verdict !== "accept") return verdict;
    const outcome = acknowledgements.process(c, segment, true);
    if (outcome !== "accepted") {
      if (c.state === "SYN-RECEIVED") {
        refuse();
        return outcome === "old" ? "TCP_OLD_ACK" : outcome;
      }
      if (outcome !== "old") return acceptability.challenge(c, outcome);
    }
    this.advance(c, segment);
    if (c.state === "CLOSED") return "consumed";
    const fate = this.takeText(c, skb, segment, refuse);
    this.react(c);
    return fate;
  }

  /** What follows a segment: what the windows now allow to be sent, an acknowledgement, and whatever the application does. */
  react(c: Connection): void {
    const { sender, receiver, application } = this.parts;
    if (c.state === "CLOSED") return;
    sender.push(c);
    receiver.acknowledge(c);
    application.run(c);
  }

  /** What an acceptable acknowledgement means to the state. */
  private advance(c: Connection, segment: Segment): void {
    const { establishment, lifecycle, simulation } = this.parts;
    switch (c.state) {
      case "SYN-RECEIVED":
        if (c.roundTrip.smoothed === 0 && c.allTimeouts === 0)
          c.roundTrip.measure(simulation.now - c.handshakeAt, c.sndUna, c.sndNxt);
        c.sndWl1 = segment.sequence;
        establishment.establish(c, segment.window << c.sndScale);
        break;
      case "FIN-WAIT-1":
        if (c.isAllAcknowledged) c.state = "FIN-WAIT-2";
        break;
      case "CLOSING":
        if (c.isAllAcknowledged) lifecycle.waitForStrays(c);
        break;
      case "LAST-ACK":
        if (c.isAllAcknowledged) lifecycle.end(c, "closed");
    }
  }

  /** Payload and FIN, where the state still takes them. */
  private takeText(c: Connection, skb: Skb, segment: Segment, refuse: () => void): Fate {
    const { receiver, lifecycle } = this.parts;
    if (segment.sequence === segment.end) return "consumed";
    if (c.isReceiveShut) {
      const isOwn = c.state === "FIN-WAIT-1" || c.state === "FIN-WAIT-2";
      // Where the peer has closed, nothing of it can follow; where this side has, its FIN will.
      if (!isOwn && !before(segment.sequence, c.rcvNxt)) return "TCP_AFTER_FIN";
      const dataEnd = plus(segment.end, segment.has(FIN) ? -1 : 0);
      if (after(dataEnd, c.rcvNxt)) {
        lifecycle.end(c, "reset");
        refuse();
        return "TCP_ABORT_ON_DATA";
      }
    }
    return receiver.take(c, skb, segment);
  }
}
