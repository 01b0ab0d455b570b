import type { ControlGroup } from "../cgroup/control-group.ts";
import type { Route } from "../route-table.ts";
import type { World } from "../world.ts";
import { Connection, type TimerActions } from "./connection.ts";
import type { ConnectionKey } from "./connection-key.ts";
import { ConnectionSocket } from "./connection-socket.ts";
import { advertisedMss, sendingMss } from "./mss.ts";
import { TIMESTAMPS_LENGTH } from "./options.ts";
import { WINDOW_SCALE } from "./receive-window.ts";
import type { Segment } from "./segment.ts";
import type { State } from "./state.ts";
import type { TcpCounts } from "./tcp-counts.ts";
import type { TcpListener } from "./tcp-listener.ts";
import type { TcpStack } from "./tcp-stack.ts";

/** What both ways of opening a connection share: making it, agreeing on options, and reaching ESTABLISHED. */
export class Establishment {
  private readonly stack: TcpStack;
  private readonly world: World;
  private readonly counts: TcpCounts;
  private readonly actions: TimerActions;
  private readonly random: { uint32(): number };

  constructor(stack: TcpStack, world: World, counts: TcpCounts, actions: TimerActions) {
    this.stack = stack;
    this.world = world;
    this.counts = counts;
    this.actions = actions;
    this.random = world.random(`tcp:${stack.host.name}`);
  }

  /**
   * A connection in CLOSED, with its initial sequence number and the MSS that it will advertise.
   * @param cgroup of a connection that is opened from here; others have their listener's.
   */
  make(key: ConnectionKey, route: Route, listener: TcpListener | undefined, cgroup?: ControlGroup): Connection {
    const c = new Connection(key, route, listener, this.world.simulation, this.actions);
    if (this.world.ledger.events.isOn) c.onState = this.tellState;
    const group = listener === undefined ? cgroup : (listener.identity?.cgroup as ControlGroup | undefined);
    c.socket = new ConnectionSocket(c, this.stack.host.takeCookie(), group);
    c.iss = this.random.uint32();
    c.timestampOffset = this.random.uint32();
    const mss = advertisedMss(key.family, this.stack.pathMtu(key.family, key.remote, 0, route));
    c.advertisedMss = mss;
    c.rcvScale = WINDOW_SCALE;
    c.offer = { mss, scale: WINDOW_SCALE, timestamps: true, sackPermitted: true, windowScaling: true };
    return c;
  }

  /** A request is no socket yet: that is made in SYN_RECV out of the listener, when the handshake is complete. */
  private readonly tellState = (c: Connection, before: State, after: State): void => {
    if (c.isRequest || (c.listener !== undefined && before === "CLOSED")) return;
    const { events } = this.world.ledger;
    const { name } = this.stack.host;
    if (after === "ESTABLISHED" && c.listener !== undefined) events.tcp.change(name, c, "LISTEN", "SYN-RECEIVED");
    events.tcp.change(name, c, before, after);
  };

  /** Takes over what the peer's SYN offers; this side offers everything. */
  agree(c: Connection, segment: Segment): void {
    c.peerMss = segment.mss;
    c.timestamps = segment.hasTimestamps;
    c.sackPermitted = segment.sackPermitted;
    c.windowScaling = segment.windowScale >= 0;
    if (c.windowScaling) c.sndScale = segment.windowScale;
    else c.rcvScale = 0;
    c.irs = segment.sequence;
    c.rcvNxt = (segment.sequence + 1) >>> 0;
    c.rcvWup = c.rcvNxt;
    c.sndWl1 = segment.sequence;
    // The window of a SYN is never scaled.
    c.sndWnd = segment.window;
    c.largestWindow = segment.window;
    if (!c.timestamps) return;
    c.recentTimestamp = segment.timestamp;
    c.recentTimestampAt = this.world.simulation.now;
  }

  /** @param window that the peer offers now, in bytes. */
  establish(c: Connection, window: number): void {
    c.state = "ESTABLISHED";
    c.sndWnd = window;
    c.largestWindow = window;
    if (c.timestamps) c.advertisedMss -= TIMESTAMPS_LENGTH;
    this.updateMss(c);
    c.acks.begin(Math.min(c.advertisedMss, c.mss), c.rcvWnd);
    if (c.roundTrip.smoothed === 0) c.roundTrip.slowDown();
    if (c.allTimeouts > 1) c.congestion.startCarefully();
    this.counts.established++;
    if (c.listener !== undefined) this.counts.accepted++;
  }

  /** The size of full segments, from the MTU of the path, the peer's MSS and its largest window (tcp_sync_mss). */
  updateMss(c: Connection): void {
    const mtu = this.stack.pathMtu(c.family, c.remote, 0, c.route);
    c.mss = sendingMss(c.family, mtu, c.peerMss, c.timestamps ? TIMESTAMPS_LENGTH : 0, c.largestWindow);
  }
}
