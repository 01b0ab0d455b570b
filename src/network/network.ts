import type { Attach } from "../programs/attachment.ts";
import type { Registry } from "../registry.ts";
import type { Impairment, LineModel, LinkModel, StepModel, TcChange, Topology } from "../topology/model.ts";
import { Bridge } from "./bridge.ts";
import { Host } from "./host.ts";
import { installHooks } from "./install-hooks.ts";
import type { Interface } from "./interface.ts";
import { LinkDirection } from "./link.ts";
import { LiveAttachments } from "./live-attachments.ts";
import { equip } from "./offload/equip.ts";
import { connectBridges, connectPatchPorts, Switch } from "./ovs/switch.ts";
import type { QdiscKind } from "./qdisc/qdisc.ts";
import { dataStartOf } from "./socket/data-start.ts";
import { openSocket } from "./socket/open-socket.ts";
import type { Socket } from "./socket/socket.ts";
import { TcInstaller } from "./tc/install.ts";
import { type FilterSide, showFilters } from "./tc/show/filter-text.ts";
import { showClasses, showQdiscs } from "./tc/show/show.ts";
import type { ShowOptions, TcObject, TcShown } from "./tc/show/show-options.ts";
import type { World } from "./world.ts";

const SIDES: readonly FilterSide[] = ["root", "ingress", "egress"];

export type Node = Host | Bridge | Switch;

/** A cable between two interfaces: what each end sends travels in a direction of its own. */
export interface Link {
  readonly name: string;
  readonly ends: readonly [Interface, Interface];
  /** `directions[0]` carries what `ends[0]` sends. */
  readonly directions: readonly [LinkDirection, LinkDirection];
}

/** A topology's nodes, cabled. */
export class Network {
  readonly nodes = new Map<string, Node>();
  /** All hosts' sockets, in the order of the file. */
  readonly sockets: Socket[] = [];
  /** Who changes the traffic control of hosts. */
  private readonly installers = new Map<string, TcInstaller>();
  private readonly simulation: World["simulation"];
  private readonly live: LiveAttachments;
  /** In the order of the topology's `links`. */
  readonly links: readonly Link[];

  /** @param attach makes the attachments of programs. @param qdiscs the kinds of queueing disciplines that there are. */
  constructor(topology: Topology, world: World, attach: Attach, qdiscs: Registry<QdiscKind>) {
    this.simulation = world.simulation;
    this.live = new LiveAttachments(
      {
        host: (name) => this.host(name),
        socket: (label) => this.sockets.find((socket) => socket.label === label)!,
        tc: (node) => this.installers.get(node)!,
        interfaceModel: (node, name) => topology.nodes.get(node)!.interfaces.get(name)!,
      },
      attach,
      world,
    );
    for (const model of topology.nodes.values()) {
      if (model.kind === "bridge") {
        this.nodes.set(model.name, new Bridge(model, world));
        continue;
      }
      if (model.kind === "ovs") {
        this.nodes.set(model.name, new Switch(model, world, attach));
        continue;
      }
      const host = new Host(model, world);
      installHooks(host, model, attach, world);
      for (const socket of model.sockets.values())
        this.sockets.push(
          openSocket(
            host,
            socket,
            socket.attachments.flatMap(
              (each) => attach(each, "socket", dataStartOf(socket), `${model.name}/${socket.name}`) ?? [],
            ),
            world,
          ),
        );
      const installer = new TcInstaller(host, attach, qdiscs, world);
      this.installers.set(model.name, installer);
      for (const [device, tc] of model.tc) installer.install(host.interfaces.get(device)!, tc);
      this.nodes.set(model.name, host);
    }
    for (const { name, interfaces } of topology.nodes.values())
      for (const model of interfaces.values()) equip(this.interface(name, model.name), model, world);
    connectPatchPorts(this.switches);
    this.links = topology.links.map((model) => this.connect(model, world));
    for (const node of this.switches) node.connect();
    connectBridges(this.switches);
  }

  /** Packets that are still on their way: on wires, or waiting in a host for something. */
  queued(): number {
    let sum = 0;
    for (const { directions } of this.links) for (const { inFlight } of directions) sum += inFlight;
    for (const { interfaces } of this.nodes.values())
      for (const { queue, merger } of interfaces.values()) sum += (queue?.qdisc.length ?? 0) + (merger?.held ?? 0);
    for (const host of [...this.hosts, ...this.switches.flatMap((node) => node.host ?? [])])
      for (const waiting of Object.values(host.queues)) sum += waiting;
    for (const { datapath } of this.switches) sum += datapath.upcalls.length;
    return sum;
  }

  get switches(): Switch[] {
    return [...this.nodes.values()].filter((node) => node instanceof Switch);
  }

  get hosts(): Host[] {
    return [...this.nodes.values()].filter((node) => node instanceof Host);
  }

  /** The host of that name, which the topology's checks have found to exist. */
  host(name: string): Host {
    const node = this.nodes.get(name);
    if (!(node instanceof Host)) throw new Error(`'${name}' is not a host`);
    return node;
  }

  interface(node: string, name: string): Interface {
    return this.nodes.get(node)!.interfaces.get(name)!;
  }

  /** What tc would show of each interface of each host, by `node:interface`; filters by the side too, where none is chosen. */
  showTc(object: TcObject, options: ShowOptions, side?: FilterSide): TcShown[] {
    const { now } = this.simulation;
    const shown = (device: Interface): TcShown[] => {
      const { label } = device;
      if (object === "qdisc") return [{ label, lines: showQdiscs(device, options) }];
      if (object === "class") return [{ label, lines: showClasses(device, options) }];
      return (side === undefined ? SIDES : [side]).map((one) => ({
        label,
        ...(one !== "root" && { side: one }),
        lines: showFilters(device, one, options, now),
      }));
    };
    return this.hosts.flatMap(({ interfaces }) => [...interfaces.values()].flatMap(shown));
  }

  /** Checks and loads the programs that steps bring. */
  prepare(steps: readonly StepModel[]): void {
    for (const step of steps) if (step.kind === "attach") this.live.prepare(step);
    for (const step of steps)
      if (step.kind === "tc") for (const change of step.changes) this.installers.get(step.node)!.prepare(change);
    const inTime = steps.filter((step) => step.kind === "ofctl").toSorted((a, b) => a.at - b.at);
    for (const node of this.switches)
      node.checkCommands(inTime.filter((step) => step.node === node.name).flatMap(({ commands }) => commands));
  }

  /** Commands of ovs-ofctl to a switch. */
  changeFlows(node: string, commands: readonly LineModel[]): void {
    this.switches.find(({ name }) => name === node)!.runCommands(commands);
  }

  /** Attaches or detaches a program. */
  changeAttachment(step: Extract<StepModel, { kind: "attach" | "detach" }>): void {
    if (step.kind === "attach") this.live.attach(step);
    else this.live.detach(step);
  }

  changeTc(node: string, changes: readonly TcChange[]): void {
    for (const change of changes) this.installers.get(node)!.change(change);
  }

  cut(link: number): void {
    for (const direction of this.links[link]!.directions) direction.up = false;
  }

  mend(link: number): void {
    for (const direction of this.links[link]!.directions) direction.up = true;
  }

  /** Changes what a link does from now on; what is not given stays. */
  impair(link: number, directions: readonly [Partial<Impairment>, Partial<Impairment>]): void {
    this.links[link]!.directions.forEach((direction, i) => {
      Object.assign(direction.settings, directions[i]);
    });
  }

  private connect(model: LinkModel, world: World): Link {
    const [a, b] = model.ends.map((end) => this.interface(end.node, end.interface)) as [Interface, Interface];
    const direction = (from: Interface, to: Interface, settings: Impairment) => {
      const label = `${from.label} -> ${to.label}`;
      const made = new LinkDirection(label, settings, to, world, world.random(`link ${label}`));
      from.link = made;
      from.peer = to;
      return made;
    };
    return {
      name: model.name,
      ends: [a, b],
      directions: [direction(a, b, model.directions[0]), direction(b, a, model.directions[1])],
    };
  }
}
