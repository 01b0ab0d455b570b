import { ADDRESSES } from "../../packet/checksum.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Interface } from "../interface.ts";
import type { World } from "../world.ts";
import { isAnswerAllowed, isAnswerDue } from "./acceptability.ts";
import { EchoedBytes } from "./byte-stream.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionTable } from "./connection-table.ts";
import type { Establishment } from "./establishment.ts";
import { ACK, FIN, RST, SYN } from "./flags.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { TIMESTAMPS_LENGTH } from "./options.ts";
import { initialWindow } from "./receive-window.ts";
import type { Fate } from "./receiver.ts";
import { INITIAL_TIMEOUT } from "./round-trip.ts";
import type { Segment } from "./segment.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import { after, before, between, plus } from "./sequence.ts";
import type { StateMachine } from "./state-machine.ts";
import type { TcpListener } from "./tcp-listener.ts";
import type { TcpStack } from "./tcp-stack.ts";
import { isTimestampRefused, storeTimestamp } from "./timestamps.ts";

interface PassiveOpenParts {
  readonly establishment: Establishment;
  readonly lifecycle: Lifecycle;
  readonly writer: SegmentWriter;
  readonly machine: StateMachine;
}

/**
 * Connections that peers open: the state LISTEN, and the answered SYN that waits for its acknowledgement
 * (tcp_conn_request, tcp_check_req). Any number of them may wait: there is no limit of a backlog, and so no SYN cookies.
 */
export class PassiveOpen {
  private readonly stack: TcpStack;
  private readonly world: World;
  private readonly table: ConnectionTable;
  private readonly parts: PassiveOpenParts;

  constructor(stack: TcpStack, world: World, table: ConnectionTable, parts: PassiveOpenParts) {
    this.stack = stack;
    this.world = world;
    this.table = table;
    this.parts = parts;
  }

  /**
   * A segment for a listening socket.
   * @param iss the initial sequence number where a connection in TIME-WAIT gives way; absent: a random one.
   * @param refuse answers the segment by an RST.
   */
  listen(
    listener: TcpListener,
    device: Interface,
    skb: Skb,
    family: 4 | 6,
    segment: Segment,
    refuse: () => void,
    iss?: number,
  ): Fate {
    if (segment.has(ACK)) {
      refuse();
      return "TCP_FLAGS";
    }
    if (segment.has(RST)) return "TCP_RESET";
    if (!segment.has(SYN) || segment.has(FIN)) return "TCP_FLAGS";
    return this.answer(listener, device, skb, family, segment, iss);
  }

  /** A segment for an answered SYN. */
  arrive(c: Connection, skb: Skb, segment: Segment, refuse: () => void): Fate {
    const { lifecycle, writer, machine } = this.parts;
    const { now } = this.world.simulation;
    const hasTimestamps = segment.hasTimestamps;
    const isOld = hasTimestamps && isTimestampRefused(c, segment, now);
    const isSame = segment.sequence === c.irs;
    if (isSame && segment.handshakeFlags === SYN && !isOld) {
      // The SYN again: its answer was lost, or is late.
      if (!isAnswerAllowed(c, now)) return "TCP_REQUEST";
      writer.handshake(c, SYN | ACK);
      c.retransmitTimer.set(now + INITIAL_TIMEOUT * 2 ** c.allTimeouts);
      return "TCP_REQUEST";
    }
    if (segment.has(ACK) && segment.acknowledgement !== plus(c.iss, 1)) {
      refuse();
      return "TCP_FLAGS";
    }
    const isForeign =
      hasTimestamps &&
      c.timestamps &&
      segment.echoedTimestamp !== 0 &&
      !between(segment.echoedTimestamp, c.firstTimestamp, c.lastTimestamp);
    if (isOld || isForeign || !isInWindow(c, segment)) {
      if (!segment.has(RST) && isAnswerDue(c, segment, now)) writer.requestAck(c);
      return isOld ? "TCP_RFC7323_PAWS" : isForeign ? "TCP_RFC7323_TSECR" : "TCP_OVERWINDOW";
    }
    if (hasTimestamps && !after(segment.sequence, c.rcvNxt)) storeTimestamp(c, segment, now);
    if (segment.has(RST)) {
      // RFC 5961 section 3.2: only the very next number resets, others are challenged.
      if (segment.sequence === c.rcvNxt) lifecycle.forget(c);
      else if (isAnswerAllowed(c, now)) writer.requestAck(c);
      return "TCP_REQUEST";
    }
    if (segment.has(SYN) && !isSame) {
      refuse();
      lifecycle.forget(c);
      return "TCP_REQUEST";
    }
    if (!segment.has(ACK)) return "TCP_REQUEST";
    this.accept(c);
    return machine.arrive(c, skb, segment, refuse);
  }

  /** Sends the SYN+ACK and remembers what was agreed on. */
  private answer(
    listener: TcpListener,
    device: Interface,
    skb: Skb,
    family: 4 | 6,
    segment: Segment,
    iss: number | undefined,
  ): Fate {
    const { stack, world } = this;
    const { bytes } = world.store;
    const { source, destination, length } = ADDRESSES[family];
    if (!stack.isLocal(family, bytes, skb.data + destination)) return "TCP_NOT_UNICAST";
    const remote = bytes.slice(skb.data + source, skb.data + source + length);
    const local = bytes.slice(skb.data + destination, skb.data + destination + length);
    const route = stack.route(family, remote, 0, stack.needsDevice(family, remote, 0) ? device : undefined);
    if (route === undefined) return "IP_OUTNOROUTES";
    const key = { family, local, remote, localPort: segment.destination, remotePort: segment.source };
    const c = this.parts.establishment.make(key, route, listener);
    if (iss !== undefined) c.iss = iss;
    this.parts.establishment.agree(c, segment);
    c.offer = { ...c.offer, timestamps: c.timestamps, sackPermitted: c.sackPermitted, windowScaling: c.windowScaling };
    c.rcvWnd = initialWindow(c.advertisedMss - (c.timestamps ? TIMESTAMPS_LENGTH : 0));
    c.sndUna = plus(c.iss, 1);
    c.sndNxt = c.sndUna;
    c.sndSml = c.sndUna;
    c.handshakeAt = world.simulation.now;
    c.state = "SYN-RECEIVED";
    c.isRequest = true;
    if (listener.model.echo) c.stream = new EchoedBytes();
    this.table.add(c);
    this.parts.writer.handshake(c, SYN | ACK);
    c.retransmitTimer.set(world.simulation.now + INITIAL_TIMEOUT);
    return "consumed";
  }

  private accept(c: Connection): void {
    c.isRequest = false;
    c.retransmitTimer.stop();
    c.lastOutOfWindowAck = Number.NEGATIVE_INFINITY;
  }
}

/** tcp_in_window, for what may follow a SYN. */
function isInWindow(c: Connection, { sequence, end }: Segment): boolean {
  const limit = plus(c.rcvNxt, c.rcvWnd);
  if (sequence === c.rcvNxt) return true;
  if (after(end, c.rcvNxt) && before(sequence, limit)) return true;
  return sequence === limit && sequence === end;
}
