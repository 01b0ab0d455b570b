import type { SkbSocket, TcpFigures } from "../../packet/skb.ts";
import type { ControlGroup } from "../cgroup/control-group.ts";
import type { Connection } from "./connection.ts";
import type { State } from "./state.ts";

const AF = { 4: 2, 6: 10 } as const;
const SOCK_STREAM = 1;
const IPPROTO_TCP = 6;
/** TCP_NEW_SYN_RECV: a request. */
const NEW_SYN_RECV = 12;

/** Numbers of states in Linux (net/tcp_states.h). */
const NUMBERS: Readonly<Record<State, number>> = {
  ESTABLISHED: 1,
  "SYN-SENT": 2,
  "SYN-RECEIVED": 3,
  "FIN-WAIT-1": 4,
  "FIN-WAIT-2": 5,
  CLOSED: 7,
  "CLOSE-WAIT": 8,
  "LAST-ACK": 9,
  CLOSING: 11,
};

/** A connection as packets and programs see its socket. */
export class ConnectionSocket implements SkbSocket {
  readonly family: number;
  readonly type = SOCK_STREAM;
  readonly protocol = IPPROTO_TCP;
  readonly cookie: number;
  readonly cgroup: ControlGroup | undefined;
  readonly connection: Connection;

  constructor(connection: Connection, cookie: number, cgroup: ControlGroup | undefined) {
    this.connection = connection;
    this.family = AF[connection.family];
    this.cookie = cookie;
    this.cgroup = cgroup;
  }

  get localAddress(): Uint8Array {
    return this.connection.local;
  }

  get remoteAddress(): Uint8Array {
    return this.connection.remote;
  }

  get localPort(): number {
    return this.connection.localPort;
  }

  get remotePort(): number {
    return this.connection.remotePort;
  }

  get state(): number {
    return this.connection.isRequest ? NEW_SYN_RECV : NUMBERS[this.connection.state];
  }

  get listener(): SkbSocket | undefined {
    return this.connection.isRequest ? this.connection.listener?.identity : undefined;
  }

  get figures(): TcpFigures | undefined {
    const { connection: c } = this;
    if (c.isRequest) return undefined;
    const { unacknowledged: queue, congestion } = c;
    return {
      congestionWindow: congestion.window,
      threshold: congestion.threshold,
      roundTrip: c.roundTrip.smoothed,
      receiveNext: c.rcvNxt,
      sendNext: c.sndNxt,
      unacknowledged: c.sndUna,
      mss: c.currentMss,
      packetsOut: queue.count,
      resent: queue.resent,
      lost: queue.lost,
      selectivelyAcknowledged: congestion.duplicates,
      bytesAcknowledged: c.acknowledgedBytes,
      timeouts: c.timeouts,
    };
  }
}
