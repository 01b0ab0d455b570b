import type { Simulation } from "../../simulation/simulation.ts";
import type { Route } from "../route-table.ts";
import { AckSchedule } from "./ack-schedule.ts";
import { type ByteStream, PATTERN } from "./byte-stream.ts";
import { Congestion } from "./congestion.ts";
import type { ConnectionKey } from "./connection-key.ts";
import type { ConnectionSocket } from "./connection-socket.ts";
import type { Endpoint } from "./connection-table.ts";
import { NO_OPTIONS, sackLength, sackRanges, TIMESTAMPS_LENGTH } from "./options.ts";
import { ReassemblyQueue } from "./reassembly-queue.ts";
import { RetransmitQueue } from "./retransmit-queue.ts";
import { RoundTrip } from "./round-trip.ts";
import { SackBlocks } from "./sack-blocks.ts";
import { TCP_HEADER } from "./segment.ts";
import { plus } from "./sequence.ts";
import type { State } from "./state.ts";
import type { TcpListener } from "./tcp-listener.ts";
import { Timer } from "./timer.ts";

const NANOSECONDS_PER_TICK = 1_000_000;

/**
 * How a connection ended. `closed`: both sides closed it; `reset`: by an RST; `refused`: by an RST instead of an answer
 * to the SYN; `timed-out`: nothing was heard; `no-route`, `no-port`: it could not even begin; `unreachable`: an ICMP error.
 */
export type ConnectionOutcome = "closed" | "reset" | "refused" | "timed-out" | "unreachable" | "no-route" | "no-port";

/** What happens when one of a connection's timers expires. */
export interface TimerActions {
  retransmit(connection: Connection): void;
  acknowledge(connection: Connection): void;
}

/**
 * One connection: the transmission control block (RFC 9293 section 3.3.1, struct tcp_sock). Variables that the RFC
 * names have its names; sequence numbers are unsigned 32-bit numbers, times nanoseconds.
 */
export class Connection implements ConnectionKey {
  readonly family: 4 | 6;
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
  readonly localPort: number;
  readonly remotePort: number;
  readonly route: Route;
  /** The socket that accepted it; undefined: it was opened from here. */
  readonly listener: TcpListener | undefined;
  /** Told of each change of its state, where somebody traces. */
  onState: ((c: Connection, before: State, after: State) => void) | undefined;
  private currentState: State = "CLOSED";
  /** As packets and programs see it. */
  socket: ConnectionSocket | undefined;
  /** True while it is no more than an answered SYN (struct request_sock): it has no send queue yet. */
  isRequest = false;
  next: Endpoint | undefined;
  onClosed: ((outcome: ConnectionOutcome) => void) | undefined;

  /** Initial send sequence number. */
  iss = 0;
  sndUna = 0;
  sndNxt = 0;
  /** Window that the peer offers, in bytes, and the segment that said so last. */
  sndWnd = 0;
  sndWl1 = 0;
  /** Largest window that the peer has offered. */
  largestWindow = 0;
  sndScale = 0;
  /** Bytes of payload in a full segment, without a SACK option. */
  mss = 0;
  /** MSS that the peer advertised; 0: it did not. */
  peerMss = 0;
  stream: ByteStream = PATTERN;
  /** Bytes that the application will write once the connection is open. */
  toWrite = 0;
  /** Bytes of the stream that are there to be sent, sent ones included; and those that were sent. */
  written = 0;
  sentBytes = 0;
  /** A FIN follows the written bytes. */
  isFinQueued = false;
  isFinSent = false;
  /** End of the last segment sent that was not full (snd_sml). */
  sndSml = 0;
  /** Bytes that the peer has acknowledged, as far as `sndUna` moved. */
  acknowledgedBytes = 0;

  /** Initial receive sequence number. */
  irs = 0;
  rcvNxt = 0;
  /** `rcvNxt` when the last window was sent, and that window in bytes. */
  rcvWup = 0;
  rcvWnd = 0;
  rcvScale = 0;
  advertisedMss = 0;
  /** No more is read: the peer's FIN came, or the reader closed. */
  isReceiveShut = false;
  /** Bytes came that its process did not live to read. */
  hasUnread = false;
  /** The application has closed it and will read no more (SOCK_DEAD). */
  isOrphan = false;

  /** What the own SYN or SYN+ACK offers. */
  offer = NO_OPTIONS;
  /* What both sides agreed on. */
  timestamps = false;
  sackPermitted = false;
  windowScaling = false;
  timestampOffset = 0;
  recentTimestamp = 0;
  /** When that one came. */
  recentTimestampAt = 0;

  /** When the handshake's segment left first, and its first and last timestamps. */
  handshakeAt = 0;
  firstTimestamp = 0;
  lastTimestamp = 0;
  /** Timeouts since the last progress (icsk_retransmits), and since the beginning. */
  timeouts = 0;
  allTimeouts = 0;
  /** When the present series of retransmissions began; 0: there is none. */
  retransmittingSince = 0;
  /** When the last acknowledgement came (rcv_tstamp). */
  heardAt = 0;
  /** Zero-window probes unanswered, and doublings of the time between two. */
  probes = 0;
  probeBackOff = 0;
  lastOutOfWindowAck = Number.NEGATIVE_INFINITY;

  readonly unacknowledged = new RetransmitQueue();
  readonly reassembly = new ReassemblyQueue();
  readonly sack = new SackBlocks();
  readonly congestion = new Congestion();
  readonly roundTrip = new RoundTrip();
  readonly acks = new AckSchedule();
  /** Retransmission, or zero-window probe while nothing is outstanding. */
  readonly retransmitTimer: Timer<Connection>;
  readonly ackTimer: Timer<Connection>;

  constructor(
    key: ConnectionKey,
    route: Route,
    listener: TcpListener | undefined,
    simulation: Simulation,
    actions: TimerActions,
  ) {
    this.family = key.family;
    this.local = key.local;
    this.remote = key.remote;
    this.localPort = key.localPort;
    this.remotePort = key.remotePort;
    this.route = route;
    this.listener = listener;
    this.retransmitTimer = new Timer<Connection>(simulation, actions.retransmit, this);
    this.ackTimer = new Timer<Connection>(simulation, actions.acknowledge, this);
  }

  get state(): State {
    return this.currentState;
  }

  set state(state: State) {
    const before = this.currentState;
    if (this.onState !== undefined && state !== before) this.onState(this, before, state);
    this.currentState = state;
  }

  /** Bytes that the peer may still send (tcp_receive_window). */
  get receiveWindow(): number {
    return Math.max(0, (this.rcvWup + this.rcvWnd - this.rcvNxt) | 0);
  }

  /** Bytes written and never sent. */
  get unsent(): number {
    return this.written - this.sentBytes;
  }

  /** True when something was never sent, be it only the FIN. */
  get hasUnsent(): boolean {
    return this.sentBytes < this.written || (this.isFinQueued && !this.isFinSent);
  }

  /** True when the peer has acknowledged everything, the FIN included. */
  get isAllAcknowledged(): boolean {
    return this.isFinSent && this.sndUna === this.sndNxt;
  }

  /** Sequence number behind the window that the peer offers. */
  get windowEnd(): number {
    return plus(this.sndUna, this.sndWnd);
  }

  /** Header length of ordinary segments. */
  get plainHeader(): number {
    return TCP_HEADER + (this.timestamps ? TIMESTAMPS_LENGTH : 0);
  }

  /** Ranges that the next segment's SACK option carries. */
  get sackRanges(): number {
    const { count } = this.sack;
    return count === 0 || !this.sackPermitted ? 0 : sackRanges(count, this.timestamps);
  }

  /** Bytes of payload in a full segment as things are now (tcp_current_mss). */
  get currentMss(): number {
    return this.mss - sackLength(this.sackRanges);
  }

  /** Offset in the stream of a sequence number that was sent. */
  offsetOf(sequence: number): number {
    return this.sentBytes + ((sequence - (this.iss + 1 + this.sentBytes)) | 0);
  }

  /** TSval: milliseconds, beginning anywhere (tcp_time_stamp_ts, secure_tcp_ts_off). */
  timestampAt(now: number): number {
    return (Math.floor(now / NANOSECONDS_PER_TICK) + this.timestampOffset) >>> 0;
  }
}
