import type { Network } from "../../network/network.ts";
import type { World } from "../../network/world.ts";
import { openCapture } from "../../packet/capture/open-capture.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import type { FlowTraffic, PacketTraffic, ReplayTraffic, Topology, TrafficModel } from "../../topology/model.ts";
import { sourceAddress } from "../../traffic/encoding-defaults.ts";
import { endpoint } from "../../traffic/endpoint.ts";
import { chooseDestination } from "../../traffic/flow-source.ts";
import { Pacer } from "../../traffic/pacer.ts";
import type { PacketSource } from "../../traffic/packet-source.ts";
import type { TrafficSource } from "../../traffic/traffic-source.ts";
import type { Libc } from "../libc.ts";
import type { NetNamespace } from "../socket/net-namespace.ts";
import { Connections, type Conversation, Datagrams, Echoes, type Flow } from "./conversation.ts";
import { farEnd } from "./plan.ts";
import { frameSender, packetSender, type Send } from "./sender.ts";

/** Nanoseconds between frames of a replay without times. */
const AT_ONCE = 1;

/** A traffic entry in the kernel. */
export interface LabSource {
  readonly description: string;
  readonly kind: string;
  readonly expectsAnswer: boolean;
  /** Items begun. */
  readonly sent: number;
  readonly answered: number;
  /** Items that the kernel refused to send, by errno. */
  readonly refused: ReadonlyMap<number, number>;
  start(): void;
  poll(): boolean;
}

/** What sources are made with: the simulated network, whose addresses and random numbers are used, and the real one. */
export interface LabStage {
  readonly libc: Libc;
  readonly topology: Topology;
  readonly network: Network;
  readonly world: World;
  /** Real time is its time. */
  readonly clock: Simulation;
  readonly namespaces: ReadonlyMap<string, NetNamespace>;
}

/** Makes the sources of a topology's traffic. @param simulated the same entries in the simulation, in the same order. */
export function labSources(stage: LabStage, simulated: readonly TrafficSource[]): LabSource[] {
  return stage.topology.traffic.map((model, i) => new PacedSource(stage, model, simulated[i]!, `traffic ${i}`));
}

class PacedSource implements LabSource {
  readonly description: string;
  readonly kind: string;
  readonly expectsAnswer: boolean;
  readonly refused = new Map<number, number>();
  sent = 0;
  private readonly conversation: Conversation | undefined;
  private readonly begin: () => void;

  constructor(stage: LabStage, model: TrafficModel, simulated: TrafficSource, label: string) {
    this.description = simulated.description;
    this.kind = model.kind;
    this.expectsAnswer = model.kind === "flow" && model.protocol !== "udp";
    const count = (errno: number) => {
      this.sent++;
      if (errno !== 0) this.refused.set(errno, (this.refused.get(errno) ?? 0) + 1);
    };
    if (model.kind === "replay") {
      this.begin = () => startReplay(stage, model, count);
      return;
    }
    const each = model.kind === "packet" ? packetItem(stage, simulated as PacketSource, model) : undefined;
    this.conversation = model.kind === "flow" ? conversation(stage, model, label) : undefined;
    const pacer = new Pacer(model.schedule, stage.clock, stage.world.random(label), (index) =>
      count(each === undefined ? this.conversation!.begin(index) : each()),
    );
    this.begin = () => pacer.start();
  }

  get answered(): number {
    return this.conversation?.answered ?? 0;
  }

  start(): void {
    this.begin();
  }

  poll(): boolean {
    return this.conversation?.poll() ?? false;
  }
}

function packetItem(stage: LabStage, source: PacketSource, { from, direction }: PacketTraffic): () => number {
  const { libc, topology, namespaces } = stage;
  const { begins, bytes } = source.encode();
  const node = topology.nodes.get(from.node)!;
  const device = from.interface === undefined ? undefined : node.interfaces.get(from.interface)!;
  let send: Send;
  if (direction === "in") send = cableSender(stage, from.node, from.interface!);
  else if (begins === "ether" || node.kind === "bridge")
    send = frameSender(libc, namespaces.get(from.node)!, (device ?? [...node.interfaces.values()][0]!).index);
  else send = packetSender(libc, namespaces.get(from.node)!, begins === "ipv4" ? 4 : 6, device);
  return () => send(bytes);
}

/** Sends out of the cable that an interface is at. */
function cableSender({ libc, topology, namespaces }: LabStage, node: string, device: string): Send {
  const end = farEnd(topology, node, device);
  return frameSender(libc, namespaces.get(end.node)!, end.index, true);
}

function conversation({ libc, network, world, namespaces }: LabStage, model: FlowTraffic, label: string): Conversation {
  const from = endpoint(network, model.from);
  const { family, destination } = chooseDestination(model, from, endpoint(network, model.to));
  const source = from.device === undefined ? undefined : sourceAddress(from, family, destination);
  const flow: Flow = {
    family,
    destination,
    port: model.port,
    bytes: model.bytes,
    ...(source && { source }),
    ...(model.sport === undefined ? {} : { sport: model.sport }),
  };
  const namespace = namespaces.get(model.from.node)!;
  switch (model.protocol) {
    case "udp":
      return new Datagrams(libc, namespace, flow);
    case "tcp":
      return new Connections(libc, namespace, flow);
    case "icmp":
      return new Echoes(libc, namespace, flow, world.random(`${label} port`).below(0x1_0000));
  }
}

/** Sends a capture's packets one after another, read while they are sent. */
function startReplay(stage: LabStage, model: ReplayTraffic, count: (errno: number) => void): void {
  const { libc, topology, namespaces, clock } = stage;
  const { node, interface: device } = model.at;
  const { index } = topology.nodes.get(node)!.interfaces.get(device)!;
  const send =
    model.direction === "in" ? cableSender(stage, node, device) : frameSender(libc, namespaces.get(node)!, index);
  const reader = openCapture(model.file);
  const time = () => reader.seconds * 1e9 + reader.nanoseconds;
  let sent = 0;
  let first = 0;
  const due = () => {
    if (model.timing.kind === "every") return model.start + sent * Math.max(model.timing.every, AT_ONCE);
    return model.start + (time() - first) / model.timing.speed;
  };
  const next = () => {
    if (sent >= (model.limit ?? Number.POSITIVE_INFINITY) || !reader.next()) {
      reader.close();
      return;
    }
    if (sent === 0) first = time();
    clock.at(Math.round(due()), { run: deliver });
  };
  const deliver = () => {
    count(send(reader.bytes.slice(reader.at, reader.at + reader.length)));
    sent++;
    next();
  };
  next();
}
