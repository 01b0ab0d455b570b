import type { SkbSocket } from "../../packet/skb.ts";
import type { Route } from "../route-table.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionKey } from "./connection-key.ts";
import type { Endpoint } from "./connection-table.ts";

/** TCP_TIMEWAIT_LEN: how long a closed connection answers for stray segments, in nanoseconds. */
export const TIME_WAIT_LENGTH = 60_000_000_000;

const TCP_TIME_WAIT = 6;

/** What is left of a connection that was closed from here first: enough to answer (struct tcp_timewait_sock). */
export class TimeWait implements ConnectionKey {
  readonly state = "TIME-WAIT";
  readonly family: 4 | 6;
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
  readonly localPort: number;
  readonly remotePort: number;
  readonly route: Route | undefined;
  readonly sndNxt: number;
  readonly rcvNxt: number;
  /** As it goes into a header. */
  readonly window: number;
  readonly timestamps: boolean;
  readonly timestampOffset: number;
  recentTimestamp: number;
  recentTimestampAt: number;
  lastOutOfWindowAck = Number.NEGATIVE_INFINITY;
  /** Simulated time at which it is gone. */
  expires: number;
  next: Endpoint | undefined;
  /** As programs see it. */
  readonly socket: SkbSocket | undefined;

  constructor(connection: Connection, now: number) {
    this.family = connection.family;
    this.local = connection.local;
    this.remote = connection.remote;
    this.localPort = connection.localPort;
    this.remotePort = connection.remotePort;
    this.route = connection.route;
    this.sndNxt = connection.sndNxt;
    this.rcvNxt = connection.rcvNxt;
    this.window = connection.receiveWindow >>> connection.rcvScale;
    this.timestamps = connection.timestamps;
    this.timestampOffset = connection.timestampOffset;
    this.recentTimestamp = connection.recentTimestamp;
    this.recentTimestampAt = connection.recentTimestampAt;
    const { socket } = connection;
    this.socket = socket && {
      family: socket.family,
      type: socket.type,
      protocol: socket.protocol,
      localAddress: connection.local,
      remoteAddress: connection.remote,
      localPort: connection.localPort,
      remotePort: connection.remotePort,
      state: TCP_TIME_WAIT,
      cookie: socket.cookie,
      cgroup: socket.cgroup,
    };
    this.expires = now + TIME_WAIT_LENGTH;
  }
}
