import { FUNCTION } from "../../events/functions.ts";
import { ADDRESSES, transportChecksum } from "../../packet/checksum.ts";
import { GSO } from "../../packet/gso-type.ts";
import { leaveChecksum } from "../../packet/partial-checksum.ts";
import type { Skb } from "../../packet/skb.ts";
import { set16, set32 } from "../../packet/wire.ts";
import type { Interface } from "../interface.ts";
import { PacketMaker } from "../ip/packet-maker.ts";
import type { Route } from "../route-table.ts";
import type { World } from "../world.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionKey } from "./connection-key.ts";
import { ACK, RST } from "./flags.ts";
import {
  handshakeOptionsLength,
  sackLength,
  TIMESTAMPS_LENGTH,
  writeHandshakeOptions,
  writeSack,
  writeTimestamps,
} from "./options.ts";
import { type Segment, TCP_HEADER } from "./segment.ts";
import { plus } from "./sequence.ts";
import type { TcpCounts } from "./tcp-counts.ts";
import type { TcpStack } from "./tcp-stack.ts";
import type { TimeWait } from "./time-wait.ts";

const TCP = 6;
/** Where the checksum stands in the header. */
const CHECKSUM = 16;
/** BPF_SKB_CLOCK_MONOTONIC */
const MONOTONIC = 1;
const LARGEST_WINDOW = 65_535;

/** Makes segments and hands them to IP (__tcp_transmit_skb, tcp_v4_send_ack, tcp_v4_send_reset). */
export class SegmentWriter {
  private readonly stack: TcpStack;
  private readonly world: World;
  private readonly counts: TcpCounts;
  private readonly maker: PacketMaker;
  /** The two addresses of the answer to a segment without a connection. */
  private readonly own = { 4: new Uint8Array(4), 6: new Uint8Array(16) };
  private readonly peer = { 4: new Uint8Array(4), 6: new Uint8Array(16) };

  constructor(stack: TcpStack, world: World, counts: TcpCounts) {
    this.stack = stack;
    this.world = world;
    this.counts = counts;
    this.maker = new PacketMaker(stack, world);
  }

  /** Tells of a segment that is sent again. */
  tellResend(c: Connection): void {
    const { events } = this.world.ledger;
    if (events.isOn) events.tcp.resend(this.stack.host.name, c);
  }

  /** Tells of bytes that the application writes (tcp_sendmsg). */
  tellWrite(c: Connection, bytes: number): void {
    const { events } = this.world.ledger;
    if (!events.isOn || bytes === 0) return;
    const { name } = this.stack.host;
    const { frames, objects } = events;
    frames.enter(FUNCTION.tcp_sendmsg, name, objects.socket(c.socket, name), 0, bytes);
    frames.result = bytes;
    events.end(FUNCTION.tcp_sendmsg, name);
  }

  /** Sends a SYN or SYN+ACK of a connection. */
  handshake(c: Connection, flags: number): void {
    const headerLength = TCP_HEADER + handshakeOptionsLength(c.offer);
    const skb = this.maker.begin(c.family, headerLength);
    // A SYN that has come in is answered in the name of the socket that listens.
    skb.socket = c.isRequest ? c.listener?.identity : c.socket;
    const acknowledges = (flags & ACK) !== 0;
    const now = c.timestampAt(this.world.simulation.now);
    if (c.allTimeouts === 0) c.firstTimestamp = now;
    c.lastTimestamp = now;
    // The window of a SYN is never scaled (RFC 7323 section 2.2).
    const window = Math.min(c.rcvWnd, LARGEST_WINDOW);
    this.header(skb, c, flags, c.iss, acknowledges ? c.rcvNxt : 0, window, headerLength);
    const echoed = acknowledges ? c.recentTimestamp : 0;
    writeHandshakeOptions(this.world.store.bytes, skb.transportHeader + TCP_HEADER, c.offer, now, echoed);
    if (!acknowledges) skb.segments = 1;
    this.stamp(skb);
    this.finish(skb, c, c.route, true);
  }

  /** Sends a segment of an open connection: `length` bytes of its stream from `sequence` on. */
  segment(c: Connection, flags: number, sequence: number, length: number, window: number): void {
    const ranges = c.sackRanges;
    const headerLength = c.plainHeader + sackLength(ranges);
    const skb = this.maker.begin(c.family, headerLength + length);
    skb.socket = c.socket;
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    this.header(skb, c, flags, sequence, c.rcvNxt, window, headerLength);
    if (c.timestamps)
      writeTimestamps(bytes, at + TCP_HEADER, c.timestampAt(this.world.simulation.now), c.recentTimestamp);
    if (ranges > 0) {
      writeSack(bytes, at + c.plainHeader, ranges, c.sack);
      c.sack.forgetDuplicate();
    }
    if (length > 0) c.stream.write(bytes, at + headerLength, c.offsetOf(sequence), length);
    // What the application has written lies in pages of its own (tcp_sendmsg_locked).
    skb.dataLength = length;
    const mss = c.currentMss;
    skb.segments = Math.max(1, Math.ceil(length / mss));
    if (skb.segments > 1) {
      skb.segmentSize = mss;
      skb.segmentType = c.family === 4 ? GSO.tcpv4 : GSO.tcpv6;
    }
    this.stamp(skb);
    this.finish(skb, c, c.route, true);
  }

  /** The ACK of a connection that is only an answered SYN. */
  requestAck(c: Connection): void {
    this.bareAck(c, c.route, plus(c.iss, 1), c.rcvNxt, c.rcvWnd >>> c.rcvScale, c);
  }

  timeWaitAck(entry: TimeWait): void {
    this.bareAck(entry, entry.route, entry.sndNxt, entry.rcvNxt, entry.window, entry);
  }

  /**
   * Answers a segment, in the packet `skb`, by an RST, which never answers an RST (RFC 9293 section 3.10.7.1).
   * Only addresses of this host's own answer.
   * @param device where the segment came in.
   */
  reset(device: Interface, skb: Skb, family: 4 | 6, segment: Segment): void {
    const { stack, world } = this;
    const { source, destination, length } = ADDRESSES[family];
    if (segment.has(RST) || !stack.isLocal(family, world.store.bytes, skb.data + destination)) return;
    const local = this.own[family];
    const remote = this.peer[family];
    for (let i = 0; i < length; i++) {
      local[i] = world.store.bytes[skb.data + destination + i]!;
      remote[i] = world.store.bytes[skb.data + source + i]!;
    }
    const answer = this.maker.begin(family, TCP_HEADER);
    const key = { family, local, remote, localPort: segment.destination, remotePort: segment.source };
    this.counts.resets++;
    if (segment.has(ACK)) this.header(answer, key, RST, segment.acknowledgement, 0, 0, TCP_HEADER);
    else this.header(answer, key, RST | ACK, 0, segment.end, 0, TCP_HEADER);
    const route = stack.needsDevice(family, remote, 0) ? stack.route(family, remote, 0, device) : undefined;
    this.finish(answer, key, route, family === 6);
  }

  private bareAck(
    key: ConnectionKey,
    route: Route | undefined,
    sequence: number,
    acknowledgement: number,
    window: number,
    clock: { timestamps: boolean; timestampOffset: number; recentTimestamp: number },
  ): void {
    const headerLength = TCP_HEADER + (clock.timestamps ? TIMESTAMPS_LENGTH : 0);
    const skb = this.maker.begin(key.family, headerLength);
    this.header(skb, key, ACK, sequence, acknowledgement, window, headerLength);
    if (clock.timestamps) {
      const now = (Math.floor(this.world.simulation.now / 1_000_000) + clock.timestampOffset) >>> 0;
      writeTimestamps(this.world.store.bytes, skb.transportHeader + TCP_HEADER, now, clock.recentTimestamp);
    }
    this.finish(skb, key, route, key.family === 6);
  }

  private header(
    skb: Skb,
    key: ConnectionKey,
    flags: number,
    sequence: number,
    acknowledgement: number,
    window: number,
    headerLength: number,
  ): void {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    set16(bytes, at, key.localPort);
    set16(bytes, at + 2, key.remotePort);
    set32(bytes, at + 4, sequence);
    set32(bytes, at + 8, acknowledgement);
    bytes[at + 12] = headerLength << 2;
    bytes[at + 13] = flags;
    set16(bytes, at + 14, window);
    set32(bytes, at + 16, 0);
  }

  /** The segment leaves at once, by the monotonic clock (skb_set_delivery_time). */
  private stamp(skb: Skb): void {
    const { now } = this.world.simulation;
    skb.timestampLow = now | 0;
    skb.timestampHigh = Math.floor(now / 0x1_0000_0000);
    skb.timestampClock = MONOTONIC;
  }

  /** @param isLeft the device completes the checksum: that of all but what IPv4 answers without a socket (ip_send_unicast_reply). */
  private finish(skb: Skb, key: ConnectionKey, route: Route | undefined, isLeft: boolean): void {
    const { bytes } = this.world.store;
    const { family } = key;
    const at = skb.transportHeader;
    this.maker.writeIp(skb, family, TCP, key.local, key.remote);
    if (isLeft) leaveChecksum(bytes, skb, family, TCP, CHECKSUM);
    else set16(bytes, at + CHECKSUM, transportChecksum(bytes, family, skb.data, TCP, at, skb.data + skb.length - at));
    this.stack.output(skb, family, route);
  }
}
