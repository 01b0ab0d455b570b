import type { SocketQuery } from "../../hooks/program-network.ts";
import { ADDRESSES, transportChecksum } from "../../packet/checksum.ts";
import type { DropReason } from "../../packet/drop-reason.ts";
import { pull } from "../../packet/linear-part.ts";
import { needsNoCheck } from "../../packet/partial-checksum.ts";
import { PACKET_HOST, type Skb, type SkbSocket } from "../../packet/skb.ts";
import type { Interface } from "../interface.ts";
import { admits } from "../socket/socket.ts";
import type { World } from "../world.ts";
import { Acceptability } from "./acceptability.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { ActiveOpen, type ConnectRequest } from "./active-open.ts";
import { Application } from "./application.ts";
import { Closing } from "./closing.ts";
import { Connection } from "./connection.ts";
import { ConnectionSocket } from "./connection-socket.ts";
import { ConnectionTable } from "./connection-table.ts";
import { Establishment } from "./establishment.ts";
import { Lifecycle } from "./lifecycle.ts";
import { ListenerTable } from "./listener-table.ts";
import { PassiveOpen } from "./passive-open.ts";
import { PathErrors } from "./path-errors.ts";
import { type Fate, Receiver } from "./receiver.ts";
import { Segment } from "./segment.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { Sender } from "./sender.ts";
import { StateMachine } from "./state-machine.ts";
import { noTcpCounts, type TcpCounts } from "./tcp-counts.ts";
import { TcpListener } from "./tcp-listener.ts";
import type { TcpStack } from "./tcp-stack.ts";
import type { TimeWait } from "./time-wait.ts";
import { TimeWaitAnswers } from "./time-wait-answers.ts";
import { Timeouts } from "./timeouts.ts";

const TCP = 6;

/**
 * TCP of a host (RFC 9293 in Linux's manner): net/ipv4/tcp_ipv4.c, tcp_input.c, tcp_output.c, tcp_timer.c and
 * tcp_minisocks.c, with timestamps, window scaling (RFC 7323), SACK and D-SACK as a receiver (RFC 2018, RFC 2883),
 * NewReno (RFC 6582), and the challenge ACKs of RFC 5961. Not there: a sender's use of SACK (RACK, tail loss probe),
 * F-RTO and the undoing of needless recoveries, CUBIC, ECN, fast open, SYN cookies, keep-alive, urgent data (its byte
 * stays in line), limits and growth of the socket buffers, ACK compression, MD5 and TCP-AO signatures.
 */
export class TcpHandler {
  /** The host's listening sockets; `close` takes one out. */
  readonly listeners: TcpListener[] = [];
  readonly counts: TcpCounts = noTcpCounts();
  private readonly world: World;
  private readonly name: string;
  private readonly table = new ConnectionTable();
  private readonly byPort = new ListenerTable(this.listeners);
  private readonly lifecycle: Lifecycle;
  private readonly writer: SegmentWriter;
  private readonly machine: StateMachine;
  private readonly closing: Closing;
  private readonly active: ActiveOpen;
  private readonly passive: PassiveOpen;
  private readonly timeWait: TimeWaitAnswers;
  /** The segment that is being looked at, and the packet that it came in. */
  private readonly segment = new Segment();
  private skb!: Skb;
  private family: 4 | 6 = 4;
  private device!: Interface;

  constructor(stack: TcpStack, world: World) {
    this.world = world;
    const { simulation } = world;
    const { counts, table } = this;
    const { name } = stack.host;
    this.name = name;
    const lifecycle = new Lifecycle(name, table, world, counts);
    const writer = new SegmentWriter(stack, world, counts);
    const sender = new Sender(writer, simulation, counts);
    const receiver = new Receiver(name, sender, lifecycle, world);
    const timeouts = new Timeouts(sender, writer, lifecycle, simulation);
    const establishment = new Establishment(stack, world, counts, {
      retransmit: (c) => timeouts.expire(c),
      acknowledge: (c) => receiver.expire(c),
    });
    const acknowledgements = new Acknowledgements(sender, establishment, simulation);
    const acceptability = new Acceptability(sender, simulation);
    const application = new Application(sender);
    const machine = new StateMachine({
      simulation,
      acceptability,
      acknowledgements,
      establishment,
      receiver,
      sender,
      lifecycle,
      application,
    });
    this.lifecycle = lifecycle;
    this.writer = writer;
    this.machine = machine;
    this.closing = new Closing(sender, lifecycle, application);
    this.active = new ActiveOpen(stack, world, table, counts, {
      establishment,
      acknowledgements,
      lifecycle,
      sender,
      machine,
    });
    this.passive = new PassiveOpen(stack, world, table, { establishment, lifecycle, writer, machine });
    this.timeWait = new TimeWaitAnswers(table, writer, simulation);
    stack.icmp.listeners.set(TCP, new PathErrors(table, { establishment, lifecycle, sender }, world));
  }

  /** Packets that wait in connections for what comes before them. */
  get queued(): number {
    return this.lifecycle.queued;
  }

  /** Closes a listening socket and all connections that it has accepted. */
  close(listener: TcpListener): void {
    this.byPort.remove(listener);
    for (const endpoint of this.table.endpoints())
      if (endpoint instanceof Connection && endpoint.listener === listener) this.closing.close(endpoint);
  }

  /** Opens a connection, sends the bytes and closes; false where it could not begin, of which `onClosed` has been told. */
  connect(request: ConnectRequest): boolean {
    return this.active.connect(request) !== undefined;
  }

  /** A packet for this host, its data at the IP header and its transport header set (tcp_v4_rcv, tcp_v6_rcv). */
  receive(device: Interface, skb: Skb, family: 4 | 6): void {
    this.skb = skb;
    this.family = family;
    this.device = device;
    const where = device.label;
    const unreadable = this.read(skb, family);
    if (unreadable !== undefined) {
      this.world.ledger.drop(skb, where, unreadable);
      return;
    }
    const { bytes } = this.world.store;
    const { now } = this.world.simulation;
    const local = skb.data + ADDRESSES[family].destination;
    const remote = skb.data + ADDRESSES[family].source;
    const { destination, source } = this.segment;
    const chosen = skb.socket === undefined ? undefined : this.assigned(skb.socket);
    const own = chosen instanceof Connection ? chosen : undefined;
    const endpoint =
      chosen === undefined ? this.table.find(bytes, family, local, remote, destination, source, now) : own;
    let listener: TcpListener | undefined;
    let fate: Fate;
    if (endpoint instanceof Connection) {
      listener = endpoint.listener;
      fate = this.forConnection(endpoint);
    } else if (endpoint !== undefined) fate = this.forTimeWait(endpoint);
    else {
      listener = chosen instanceof TcpListener ? chosen : this.listenerOf();
      fate = listener === undefined ? this.forNobody() : this.forListener(listener);
    }
    if (fate === "consumed") this.world.ledger.deliver(skb, where, listener?.label ?? "TCP");
    else if (fate !== "kept") this.world.ledger.drop(skb, listener?.label ?? where, fate);
  }

  /** Reads the header; why it cannot be, if it cannot. The checksum is looked at before any socket's filter can trim the packet. */
  private read(skb: Skb, family: 4 | 6): DropReason | undefined {
    if (skb.pktType !== PACKET_HOST) return "TCP_NOT_UNICAST";
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    const length = skb.data + skb.length - at;
    if (!this.segment.read(bytes, at, length)) return "PKT_TOO_SMALL";
    this.segment.partSize = skb.segmentSize;
    pull(skb, at - skb.data + this.segment.headerLength);
    if (!needsNoCheck(skb) && transportChecksum(bytes, family, skb.data, TCP, at, length) !== 0) return "TCP_CSUM";
    return undefined;
  }

  private forConnection(c: Connection): Fate {
    const { segment, skb, refuse } = this;
    if (c.listener === undefined ? !admits(c.socket!, skb) : !this.admits(c.listener)) return "SOCKET_FILTER";
    if (c.isRequest) return this.passive.arrive(c, skb, segment, refuse);
    if (c.state === "SYN-SENT") return this.active.arrive(c, segment, refuse);
    if (c.state === "ESTABLISHED" && this.world.ledger.events.isOn) this.tell(c);
    return this.machine.arrive(c, skb, segment, refuse);
  }

  /** Tells of a segment for an established connection. */
  private tell(c: Connection): void {
    const { skb, segment } = this;
    const { events } = this.world.ledger;
    const payload = skb.data + skb.length - skb.transportHeader - segment.headerLength;
    events.tcp.receive(this.name, c, skb, payload);
  }

  private forListener(listener: TcpListener, iss?: number): Fate {
    if (!this.admits(listener)) return "SOCKET_FILTER";
    return this.passive.listen(listener, this.device, this.skb, this.family, this.segment, this.refuse, iss);
  }

  private forTimeWait(entry: TimeWait): Fate {
    return this.timeWait.arrive(entry, this.segment, (iss) => {
      const listener = this.listenerOf();
      if (listener === undefined) return undefined;
      this.table.removeTimeWait(entry);
      return this.forListener(listener, iss);
    });
  }

  private forNobody(): Fate {
    this.refuse();
    return "NO_SOCKET";
  }

  /** tcp_filter: what a program cuts off is not there for anything that follows. */
  private admits(listener: TcpListener): boolean {
    const { segment } = this;
    if (!listener.admits(this.skb, segment.headerLength)) return false;
    segment.keep(listener.kept - segment.headerLength);
    return true;
  }

  /** What a program of traffic control has chosen for the segment (bpf_sk_assign, inet_steal_sock): a connection, or a socket that listens. */
  private assigned(socket: SkbSocket): Connection | TcpListener | undefined {
    if (socket instanceof ConnectionSocket) return socket.connection;
    return this.listeners.find(({ identity }) => identity === socket);
  }

  /** What a segment with those addresses would come to, in by the interface named `device`. */
  socketFor(query: SocketQuery, device: string): SkbSocket | undefined {
    const { bytes, family, source, destination, sourcePort, destinationPort } = query;
    const { now } = this.world.simulation;
    const endpoint = this.table.find(bytes, family, destination, source, destinationPort, sourcePort, now);
    if (endpoint === undefined) return this.byPort.find(destinationPort, family, bytes, destination, device)?.identity;
    return endpoint.socket ?? (endpoint instanceof Connection ? endpoint.listener?.identity : undefined);
  }

  private listenerOf(): TcpListener | undefined {
    const { skb, family, device } = this;
    const at = skb.data + ADDRESSES[family].destination;
    return this.byPort.find(this.segment.destination, family, this.world.store.bytes, at, device.name);
  }

  private readonly refuse = (): void => this.writer.reset(this.device, this.skb, this.family, this.segment);
}
