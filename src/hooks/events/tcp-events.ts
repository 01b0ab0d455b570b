import { swap16 } from "../../bpf/network-order.ts";
import { FUNCTION } from "../../events/functions.ts";
import type { Skb, SkbSocket } from "../../packet/skb.ts";
import type { EventPoint } from "./event-point.ts";
import type { EventRecord } from "./event-record.ts";
import type { EventPoints, KernelEvents } from "./kernel-events.ts";
import { addressFamily } from "./kernel-objects.ts";

/** Numbers of a connection's states (include/net/tcp_states.h), by the names of RFC 9293. */
export const TCP_STATE = {
  ESTABLISHED: 1,
  "SYN-SENT": 2,
  "SYN-RECEIVED": 3,
  "FIN-WAIT-1": 4,
  "FIN-WAIT-2": 5,
  CLOSED: 7,
  "CLOSE-WAIT": 8,
  "LAST-ACK": 9,
  LISTEN: 10,
  CLOSING: 11,
} as const;

const IPPROTO_TCP = 6;
/** Bytes of the addresses in tcp:tcp_probe: those of struct sockaddr_in6. */
const SOCKADDR = 28;

/** What of a connection events tell. */
export interface TracedConnection {
  readonly family: 4 | 6;
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: keyof typeof TCP_STATE;
  /** As programs see it. */
  readonly socket: SkbSocket | undefined;
  readonly sndNxt: number;
  readonly sndUna: number;
  readonly sndWnd: number;
  readonly receiveWindow: number;
  readonly congestion: { readonly window: number; readonly threshold: number };
  /** Microseconds, times 8. */
  readonly roundTrip: { readonly smoothed: number };
}

/** What becomes of connections: sock:* and tcp:*. To be called only where `KernelEvents.isOn`. */
export class TcpEvents {
  private readonly events: KernelEvents;
  private changed: EventPoint | undefined;
  private probed: EventPoint | undefined;
  private resent: EventPoint | undefined;
  private gotReset: EventPoint | undefined;
  private destroyed: EventPoint | undefined;
  private rawChanged: EventPoint | undefined;
  private rawProbed: EventPoint | undefined;
  private rawResent: EventPoint | undefined;
  private rawGotReset: EventPoint | undefined;
  private rawDestroyed: EventPoint | undefined;

  constructor(events: KernelEvents) {
    this.events = events;
  }

  find({ tracepoint, raw }: EventPoints): void {
    this.changed = tracepoint("sock:inet_sock_set_state");
    this.probed = tracepoint("tcp:tcp_probe");
    this.resent = tracepoint("tcp:tcp_retransmit_skb");
    this.gotReset = tracepoint("tcp:tcp_receive_reset");
    this.destroyed = tracepoint("tcp:tcp_destroy_sock");
    this.rawChanged = raw("inet_sock_set_state");
    this.rawProbed = raw("tcp_probe");
    this.rawResent = raw("tcp_retransmit_skb");
    this.rawGotReset = raw("tcp_receive_reset");
    this.rawDestroyed = raw("tcp_destroy_sock");
  }

  /** A connection's state becomes another (inet_sk_state_store); closing also ends its socket. */
  change(node: string, c: TracedConnection, before: keyof typeof TCP_STATE, after: keyof typeof TCP_STATE): void {
    const { changed, rawChanged, events } = this;
    const { frames, objects } = events;
    const socket = objects.socket(c.socket, node, TCP_STATE[before]);
    frames.enter(FUNCTION.tcp_set_state, node, socket, TCP_STATE[after]);
    if (changed !== undefined) {
      const { record } = changed;
      record.set64(8, socket);
      record.set32(16, TCP_STATE[before]);
      record.set32(20, TCP_STATE[after]);
      record.set16(24, c.localPort);
      record.set16(26, c.remotePort);
      record.set16(28, addressFamily(c.family));
      record.set16(30, IPPROTO_TCP);
      fillAddresses(record, 32, 36, 40, 56, c);
      changed.fire(node);
    }
    this.fireRaw(rawChanged, node, socket, TCP_STATE[before], TCP_STATE[after]);
    frames.leave(FUNCTION.tcp_set_state, node);
    if (after === "CLOSED") this.end(this.destroyed, this.rawDestroyed, node, c);
  }

  /** A segment has come in for an established connection (tcp_rcv_established). */
  receive(node: string, c: TracedConnection, skb: Skb, payload: number): void {
    const { probed, rawProbed, events } = this;
    if (probed === undefined && rawProbed === undefined) return;
    const socket = events.objects.socket(c.socket, node);
    const skbAddress = events.objects.skb(skb);
    if (probed !== undefined) {
      const { record } = probed;
      fillSockaddr(record, 8, c.family, c.local, c.localPort);
      fillSockaddr(record, 8 + SOCKADDR, c.family, c.remote, c.remotePort);
      record.set16(64, c.localPort);
      record.set16(66, c.remotePort);
      record.set16(68, addressFamily(c.family));
      record.set32(72, skb.mark);
      record.set16(76, payload);
      record.set32(80, c.sndNxt);
      record.set32(84, c.sndUna);
      record.set32(88, c.congestion.window);
      record.set32(92, Math.min(c.congestion.threshold, 0x7fff_ffff));
      record.set32(96, c.sndWnd);
      record.set32(100, c.roundTrip.smoothed >>> 3);
      record.set32(104, c.receiveWindow);
      record.set64(112, 0);
      record.set64(120, skbAddress);
      record.set64(128, socket);
      probed.fire(node);
    }
    this.fireRaw(rawProbed, node, socket, skbAddress);
  }

  /** A segment is sent again (tcp_retransmit_skb); what is sent is made anew each time, so that it has no address of its own. */
  resend(node: string, c: TracedConnection): void {
    const { resent, rawResent, events } = this;
    if (resent === undefined && rawResent === undefined) return;
    const socket = events.objects.socket(c.socket, node);
    if (resent !== undefined) {
      const { record } = resent;
      record.set64(8, 0);
      record.set64(16, socket);
      record.set32(24, TCP_STATE[c.state]);
      record.set16(28, c.localPort);
      record.set16(30, c.remotePort);
      record.set16(32, addressFamily(c.family));
      fillAddresses(record, 34, 38, 42, 58, c);
      record.set32(76, 0);
      resent.fire(node);
    }
    this.fireRaw(rawResent, node, socket);
  }

  /** A reset ends a connection (tcp_reset). */
  reset(node: string, c: TracedConnection): void {
    this.end(this.gotReset, this.rawGotReset, node, c);
  }

  /** An event of the class tcp_event_sk. */
  private end(point: EventPoint | undefined, raw: EventPoint | undefined, node: string, c: TracedConnection): void {
    if (point === undefined && raw === undefined) return;
    const socket = this.events.objects.socket(c.socket, node);
    if (point !== undefined) {
      const { record } = point;
      record.set64(8, socket);
      record.set16(16, c.localPort);
      record.set16(18, c.remotePort);
      record.set16(20, addressFamily(c.family));
      fillAddresses(record, 22, 26, 30, 46, c);
      record.set64(64, 0);
      point.fire(node);
    }
    this.fireRaw(raw, node, socket);
  }

  private fireRaw(raw: EventPoint | undefined, node: string, a: number, b = 0, c = 0): void {
    if (raw === undefined) return;
    raw.record.set64(0, a);
    raw.record.set64(8, b);
    raw.record.set64(16, c);
    raw.fire(node);
  }
}

/** Both addresses as IPv4 and as IPv6; that of IPv4 is in the other one's form too (::ffff:a.b.c.d). */
function fillAddresses(
  record: EventRecord,
  source: number,
  destination: number,
  source6: number,
  destination6: number,
  { family, local, remote }: TracedConnection,
): void {
  fillAddress(record, source, source6, family, local);
  fillAddress(record, destination, destination6, family, remote);
}

function fillAddress(record: EventRecord, at4: number, at6: number, family: 4 | 6, address: Uint8Array): void {
  if (family === 6) {
    record.clear(at4, 4);
    record.setBytes(at6, address, 0, 16);
    return;
  }
  record.setBytes(at4, address, 0, 4);
  record.clear(at6, 10);
  record.set16(at6 + 10, 0xffff);
  record.setBytes(at6 + 12, address, 0, 4);
}

/** struct sockaddr_in or sockaddr_in6. */
function fillSockaddr(record: EventRecord, at: number, family: 4 | 6, address: Uint8Array, port: number): void {
  record.clear(at, SOCKADDR);
  record.set16(at, addressFamily(family));
  record.set16(at + 2, swap16(port));
  record.setBytes(at + (family === 4 ? 4 : 8), address, 0, address.length);
}
