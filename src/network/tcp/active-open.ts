import type { ControlGroup } from "../cgroup/control-group.ts";
import type { World } from "../world.ts";
import type { Acknowledgements } from "./acknowledgements.ts";
import type { Connection, ConnectionOutcome } from "./connection.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { EphemeralPorts } from "./ephemeral-ports.ts";
import type { Establishment } from "./establishment.ts";
import { ACK, RST, SYN } from "./flags.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { initialWindow } from "./receive-window.ts";
import type { Fate } from "./receiver.ts";
import type { Segment } from "./segment.ts";
import type { Sender } from "./sender.ts";
import { after, between } from "./sequence.ts";
import type { StateMachine } from "./state-machine.ts";
import type { TcpCounts } from "./tcp-counts.ts";
import type { TcpStack } from "./tcp-stack.ts";

/** TCP_TIMEOUT_MIN: two ticks of a kernel that has 250 a second. */
const SHORTEST_TIMEOUT = 8_000_000;

/** A connection to be opened. */
export interface ConnectRequest {
  readonly family: 4 | 6;
  /** 4 or 16 bytes. */
  readonly destination: Uint8Array;
  readonly dport: number;
  /** Absent: an ephemeral port that is free. */
  readonly sport?: number;
  /** Payload to be sent, in bytes; byte i is i modulo 256. The sending side closes behind it. */
  readonly bytes: number;
  /** The sender's control group; absent: the host has none. */
  readonly cgroup?: ControlGroup | undefined;
  /** Absent: the address that the route brings with it. */
  readonly source?: Uint8Array;
  /** Called once, when the connection is over or has entered TIME-WAIT, or could not be opened. */
  readonly onClosed?: (outcome: ConnectionOutcome) => void;
}

interface ActiveOpenParts {
  readonly establishment: Establishment;
  readonly acknowledgements: Acknowledgements;
  readonly lifecycle: Lifecycle;
  readonly sender: Sender;
  readonly machine: StateMachine;
}

/** Opening connections from here: connect(2), and the state SYN-SENT (tcp_rcv_synsent_state_process). */
export class ActiveOpen {
  private readonly stack: TcpStack;
  private readonly world: World;
  private readonly table: ConnectionTable;
  private readonly counts: TcpCounts;
  private readonly parts: ActiveOpenParts;
  private readonly ports: EphemeralPorts;

  constructor(stack: TcpStack, world: World, table: ConnectionTable, counts: TcpCounts, parts: ActiveOpenParts) {
    this.stack = stack;
    this.world = world;
    this.table = table;
    this.counts = counts;
    this.parts = parts;
    this.ports = new EphemeralPorts(table, world, stack.host.name);
  }

  /** Sends the SYN. Undefined where there is no route, no own address or no free port; `onClosed` has been told then. */
  connect(request: ConnectRequest): Connection | undefined {
    const { stack, counts } = this;
    const { family, destination, dport, sport, onClosed } = request;
    counts.opened++;
    const route = stack.route(family, destination, 0);
    const source = request.source ?? (route && stack.sourceTowards(family, destination, 0, route));
    if (route === undefined || route.type === "broadcast" || source === undefined || isGroup(family, destination))
      return this.fail(onClosed, "no-route");
    const { now } = this.world.simulation;
    const key = { family, local: source.slice(), remote: destination.slice(), remotePort: dport };
    const localPort = sport ?? this.ports.find(key, now);
    if (localPort === undefined || (sport !== undefined && this.table.has({ ...key, localPort }, now)))
      return this.fail(onClosed, "no-port");
    const c = this.parts.establishment.make({ ...key, localPort }, route, undefined, request.cgroup);
    c.rcvWnd = initialWindow(c.advertisedMss);
    c.toWrite = request.bytes;
    c.onClosed = onClosed;
    c.state = "SYN-SENT";
    this.table.add(c);
    this.parts.sender.open(c);
    return c;
  }

  /** @param refuse answers the segment by an RST. */
  arrive(c: Connection, segment: Segment, refuse: () => void): Fate {
    const { lifecycle } = this.parts;
    if (segment.has(ACK)) {
      const { acknowledgement } = segment;
      if (!after(acknowledgement, c.sndUna) || after(acknowledgement, c.sndNxt)) {
        // It may have been meant for a connection before: the SYN is worth another try.
        if (c.timeouts === 0) c.retransmitTimer.set(this.world.simulation.now + SHORTEST_TIMEOUT);
        refuse();
        return "TCP_INVALID_ACK_SEQUENCE";
      }
      if (!this.echoesOurs(c, segment)) {
        refuse();
        return "TCP_RFC7323_PAWS";
      }
      if (segment.has(RST)) {
        lifecycle.endByReset(c, "refused");
        return "consumed";
      }
      if (!segment.has(SYN)) return "TCP_FLAGS";
      this.synchronize(c, segment);
      return "consumed";
    }
    if (segment.has(RST)) return "TCP_RESET";
    if (!segment.has(SYN)) return "TCP_FLAGS";
    this.cross(c, segment);
    return "consumed";
  }

  /** The SYN was answered. */
  private synchronize(c: Connection, segment: Segment): void {
    const { establishment, acknowledgements, sender, machine } = this.parts;
    // First, since a SYN that was sent twice is timed by its timestamp.
    establishment.agree(c, segment);
    acknowledgements.process(c, segment, false);
    establishment.establish(c, segment.window);
    sender.acknowledge(c);
    machine.react(c);
  }

  /** Both sides have sent a SYN (RFC 9293 section 3.5, figure 7). */
  private cross(c: Connection, segment: Segment): void {
    const { establishment, sender } = this.parts;
    establishment.agree(c, segment);
    c.state = "SYN-RECEIVED";
    sender.answerCrossedSyn(c);
  }

  /** False for the answer to some older SYN. */
  private echoesOurs(c: Connection, { hasTimestamps, echoedTimestamp }: Segment): boolean {
    if (!hasTimestamps || echoedTimestamp === 0) return true;
    return between(echoedTimestamp, c.firstTimestamp, c.timestampAt(this.world.simulation.now));
  }

  private fail(onClosed: ConnectRequest["onClosed"], outcome: ConnectionOutcome): undefined {
    this.counts.failed++;
    onClosed?.(outcome);
    return undefined;
  }
}

/** Group addresses, and IPv4's broadcast and reserved ones, have no connections. */
function isGroup(family: 4 | 6, address: Uint8Array): boolean {
  return family === 4 ? address[0]! >= 224 : address[0] === 0xff;
}
