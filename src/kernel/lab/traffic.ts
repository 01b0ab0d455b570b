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
import { farEnd } from "./cable-ends.ts";
import type { LabCgroups } from "./cgroup/lab-cgroups.ts";
import { Connections, type Conversation, Datagrams, Echoes, type Flow } from "./conversation.ts";
import { frameSender, packetSender, type Sender } from "./sender.ts";

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
  /** Closes its sockets and files. */
  close(): void;
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
  readonly cgroups: LabCgroups;
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
  private readonly end: () => void;

  constructor(stage: LabStage, model: TrafficModel, simulated: TrafficSource, label: string) {
    this.description = simulated.description;
    this.kind = model.kind;
    this.expectsAnswer = model.kind === "flow" && model.protocol !== "udp";
    const count = (errno: number) => {
      this.sent++;
      if (errno !== 0) this.refused.set(errno, (this.refused.get(errno) ?? 0) + 1);
    };
    if (model.kind === "replay") {
      const replay = new Replay(stage, model, count);
      this.begin = () => replay.start();
      this.end = () => replay.close();
      return;
    }
    let each: (index: number) => number;
    if (model.kind === "packet") {
      const { bytes, sender } = packetItem(stage, simulated as PacketSource, model);
      each = () => sender.send(bytes);
      this.end = () => sender.close();
    } else {
      const made = conversation(stage, model, label);
      this.conversation = made;
      each = (index) => made.begin(index);
      this.end = () => made.close();
    }
    const pacer = new Pacer(model.schedule, stage.clock, stage.world.random(label), (index) => count(each(index)));
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

  close(): void {
    this.end();
  }
}

function packetItem(
  stage: LabStage,
  source: PacketSource,
  { from, direction }: PacketTraffic,
): { bytes: Uint8Array; sender: Sender } {
  const { libc, topology, namespaces } = stage;
  const { begins, bytes } = source.encode();
  const node = topology.nodes.get(from.node)!;
  const device = from.interface === undefined ? undefined : node.interfaces.get(from.interface)!;
  let sender: Sender;
  if (direction === "in") sender = cableSender(stage, from.node, from.interface!);
  else if (begins === "ether" || node.kind === "bridge")
    sender = frameSender(libc, namespaces.get(from.node)!, (device ?? [...node.interfaces.values()][0]!).index);
  else sender = packetSender(libc, namespaces.get(from.node)!, begins === "ipv4" ? 4 : 6, device);
  return { bytes, sender };
}

/** Sends out of the cable that an interface is at. */
function cableSender({ libc, topology, namespaces }: LabStage, node: string, device: string): Sender {
  const end = farEnd(topology, node, device);
  return frameSender(libc, namespaces.get(end.node)!, end.index, true);
}

function conversation({ libc, network, world, cgroups }: LabStage, model: FlowTraffic, label: string): Conversation {
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
  const home = cgroups.at(model.from.node, model.cgroup);
  switch (model.protocol) {
    case "udp":
      return new Datagrams(libc, home, flow);
    case "tcp":
      return new Connections(libc, home, flow);
    case "icmp":
      return new Echoes(libc, home, flow, world.random(`${label} port`).below(0x1_0000));
  }
}

/** Sends a capture's packets one after another, read while they are sent. */
class Replay {
  private readonly model: ReplayTraffic;
  private readonly clock: Simulation;
  private readonly count: (errno: number) => void;
  private readonly sender: Sender;
  private readonly reader: ReturnType<typeof openCapture>;
  private isOpen = true;
  private sent = 0;
  /** Of its first packet, in nanoseconds since 1970. */
  private first = 0;

  constructor(stage: LabStage, model: ReplayTraffic, count: (errno: number) => void) {
    const { libc, topology, namespaces, clock } = stage;
    const { node, interface: device } = model.at;
    const { index } = topology.nodes.get(node)!.interfaces.get(device)!;
    this.model = model;
    this.clock = clock;
    this.count = count;
    this.reader = openCapture(model.file);
    this.sender =
      model.direction === "in" ? cableSender(stage, node, device) : frameSender(libc, namespaces.get(node)!, index);
  }

  start(): void {
    const { reader, model, clock } = this;
    if (this.sent >= (model.limit ?? Number.POSITIVE_INFINITY) || !reader.next()) {
      this.closeFile();
      return;
    }
    if (this.sent === 0) this.first = this.time;
    clock.at(Math.round(this.due), { run: () => this.deliver() });
  }

  close(): void {
    this.closeFile();
    this.sender.close();
  }

  private get time(): number {
    return this.reader.seconds * 1e9 + this.reader.nanoseconds;
  }

  private get due(): number {
    const { timing, start } = this.model;
    if (timing.kind === "every") return start + this.sent * Math.max(timing.every, AT_ONCE);
    return start + (this.time - this.first) / timing.speed;
  }

  private deliver(): void {
    const { reader } = this;
    this.count(this.sender.send(reader.bytes.slice(reader.at, reader.at + reader.length)));
    this.sent++;
    this.start();
  }

  private closeFile(): void {
    if (this.isOpen) this.reader.close();
    this.isOpen = false;
  }
}
