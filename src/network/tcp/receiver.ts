import type { DropReason } from "../../packet/drop-reason.ts";
import type { Skb } from "../../packet/skb.ts";
import type { World } from "../world.ts";
import { EchoedBytes } from "./byte-stream.ts";
import type { Connection } from "./connection.ts";
import { FIN } from "./flags.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { WaitingSegment } from "./reassembly-queue.ts";
import type { Segment } from "./segment.ts";
import type { Sender } from "./sender.ts";
import { after, before, distance, plus } from "./sequence.ts";

/**
 * What became of a received packet: `consumed` ones have done what they came for, `kept` ones wait in a reassembly
 * queue, others are dropped for the reason.
 */
export type Fate = "consumed" | "kept" | DropReason;

/** The receiving side of connections: payload in order, the peer's FIN, and when to acknowledge (tcp_data_queue). */
export class Receiver {
  private readonly sender: Sender;
  private readonly lifecycle: Lifecycle;
  private readonly world: World;
  private readonly where: string;

  constructor(where: string, sender: Sender, lifecycle: Lifecycle, world: World) {
    this.where = where;
    this.sender = sender;
    this.lifecycle = lifecycle;
    this.world = world;
  }

  /** Takes a segment's payload and FIN, now or once it is their turn. */
  take(c: Connection, skb: Skb, segment: Segment): Fate {
    const { sequence, end } = segment;
    if (sequence === end) return "consumed";
    c.sack.forgetDuplicate();
    const window = c.receiveWindow;
    if (sequence === c.rcvNxt) {
      if (window === 0 && segment.length > 0) return this.refuse(c, "TCP_ZEROWINDOW");
      return this.takeInOrder(c, skb, segment);
    }
    if (!after(end, c.rcvNxt)) {
      if (c.sackPermitted) c.sack.addDuplicate(sequence, end);
      return this.refuse(c, "TCP_OLD_DATA");
    }
    if (!before(sequence, plus(c.rcvNxt, window))) return this.refuse(c, "TCP_OVERWINDOW");
    if (before(sequence, c.rcvNxt)) {
      if (c.sackPermitted) c.sack.addDuplicate(sequence, c.rcvNxt);
      if (window === 0) return this.refuse(c, "TCP_ZEROWINDOW");
      return this.takeInOrder(c, skb, segment);
    }
    return this.wait(c, skb, segment);
  }

  /** Acknowledges now, or later, or not (tcp_ack_snd_check), and once more where the reader's reading makes it due. */
  acknowledge(c: Connection): void {
    const { acks } = c;
    if (!acks.isPending) return;
    const unacknowledged = distance(c.rcvWup, c.rcvNxt);
    const hasHole = c.reassembly.size > 0;
    if (acks.isDue(unacknowledged) || hasHole || acks.isDueAfterRead(unacknowledged)) this.sender.acknowledge(c);
    else this.delay(c);
  }

  /** The delayed acknowledgement's time has come. */
  expire(c: Connection): void {
    if (!c.acks.isPending) return;
    c.acks.missed(c.roundTrip.timeout);
    this.sender.acknowledge(c);
  }

  private takeInOrder(c: Connection, skb: Skb, segment: Segment): Fate {
    const skip = distance(segment.sequence, c.rcvNxt);
    this.read(c, skb, segment.payload + skip, segment.length - skip, segment.original - skip);
    c.rcvNxt = segment.end;
    if (segment.length > 0)
      c.acks.received(
        segment,
        c.plainHeader,
        c.rcvWnd,
        c.advertisedMss,
        c.roundTrip.timeout,
        this.world.simulation.now,
      );
    if (segment.has(FIN)) this.takeFin(c);
    if (c.reassembly.size > 0) this.drain(c);
    c.sack.remove(c.rcvNxt, c.reassembly.size === 0);
    return "consumed";
  }

  /** Reads what no longer waits for anything (tcp_ofo_queue). */
  private drain(c: Connection): void {
    const { ledger } = this.world;
    let known = c.rcvNxt;
    for (let next = c.reassembly.next(c.rcvNxt); next !== undefined; next = c.reassembly.next(c.rcvNxt)) {
      this.lifecycle.queued--;
      const { skb, sequence, end } = next;
      if (c.sackPermitted && before(sequence, known)) {
        c.sack.addDuplicate(sequence, known);
        if (before(end, known)) known = end;
      }
      if (!after(end, c.rcvNxt)) {
        ledger.drop(skb, this.where, "TCP_OFO_DROP");
        continue;
      }
      const skip = distance(sequence, c.rcvNxt);
      this.read(c, skb, next.payload + skip, next.length - skip, next.original - skip);
      c.rcvNxt = end;
      ledger.deliver(skb, this.where, this.nameOf(c));
      if ((next.flags & FIN) !== 0) this.takeFin(c);
    }
    // RFC 5681 section 4.2: the sender learns at once that a hole is filled.
    if (c.reassembly.size === 0) c.acks.isUrgent = true;
  }

  /** tcp_data_queue_ofo. */
  private wait(c: Connection, skb: Skb, segment: Segment): Fate {
    const { sequence, end, flags, payload, length, original } = segment;
    const size = c.reassembly.size;
    let fate: Fate = "kept";
    c.acks.schedule();
    const waiting: WaitingSegment = { skb, sequence, end, flags, payload, length, original };
    c.reassembly.insert(
      waiting,
      (covered) => {
        if (covered === skb) fate = "TCP_OFOMERGE";
        else this.world.ledger.drop(covered, this.where, "TCP_OFOMERGE");
      },
      (from, to) => {
        if (c.sackPermitted) c.sack.addDuplicate(from, to);
      },
    );
    if (c.sackPermitted) c.sack.add(sequence, end);
    this.lifecycle.queued += c.reassembly.size - size;
    return fate;
  }

  /** tcp_fin. */
  private takeFin(c: Connection): void {
    c.acks.schedule();
    c.isReceiveShut = true;
    this.lifecycle.purge(c);
    switch (c.state) {
      case "SYN-RECEIVED":
      case "ESTABLISHED":
        c.state = "CLOSE-WAIT";
        c.acks.enterInteractive();
        break;
      case "FIN-WAIT-1":
        this.sender.acknowledge(c);
        c.state = "CLOSING";
        break;
      case "FIN-WAIT-2":
        this.sender.acknowledge(c);
        this.lifecycle.waitForStrays(c);
    }
  }

  private read(c: Connection, skb: Skb, at: number, length: number, original: number): void {
    if (length <= 0) return;
    c.listener?.read(skb, at, length, original);
    if (c.listener?.server?.hasRead === false) c.hasUnread = true;
    if (c.stream instanceof EchoedBytes) c.stream.append(this.world.store.bytes, at, length);
  }

  private refuse(c: Connection, reason: DropReason): Fate {
    c.acks.enterQuick(c.rcvWnd);
    c.acks.schedule();
    return reason;
  }

  /** tcp_send_delayed_ack. */
  private delay(c: Connection): void {
    const { now } = this.world.simulation;
    const delay = c.acks.delayFor((c.roundTrip.smoothed / 8) * 1000);
    const { deadline } = c.ackTimer;
    if (c.ackTimer.isRunning && deadline <= now + delay / 4) this.sender.acknowledge(c);
    else c.ackTimer.set(Math.min(deadline, now + delay));
  }

  private nameOf(c: Connection): string {
    return c.listener?.label ?? "TCP";
  }
}
