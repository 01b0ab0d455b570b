import type { Skb } from "../../packet/skb.ts";
import type { Attach } from "../../programs/attachment.ts";
import type { HostModel, LineModel, PortModel, SwitchModel } from "../../topology/model.ts";
import { LINKTYPE_ETHERNET } from "../ethernet-frame.ts";
import { Host } from "../host.ts";
import { type FrameReceiver, Interface } from "../interface.ts";
import type { World } from "../world.ts";
import { Datapath } from "./datapath/datapath.ts";
import { openBridge, runLines } from "./open-bridge.ts";
import type { Meter } from "./openflow/meter/meter.ts";
import { OpenFlowSlowPath } from "./openflow/slow-path.ts";
import type { DevicePort } from "./port/device-port.ts";
import { InternalPort } from "./port/internal-port.ts";
import { LinkPort } from "./port/link-port.ts";
import { PatchPort } from "./port/patch-port.ts";
import { TunnelPort } from "./port/tunnel-port.ts";
import { AttachedPrograms } from "./programs/attached-programs.ts";
import { TunnelReceiver } from "./tunnel/receiver.ts";

/** An Open vSwitch: a datapath with ports and programs, the host that it runs on where it has addresses, and OpenFlow tables behind it. */
export class Switch implements FrameReceiver {
  readonly name: string;
  readonly model: SwitchModel;
  readonly interfaces = new Map<string, Interface>();
  readonly datapath: Datapath;
  readonly programs: AttachedPrograms | undefined;
  /** Undefined where no interface has an address. */
  readonly host: Host | undefined;
  readonly ports = new Map<string, DevicePort>();
  slowPath: OpenFlowSlowPath | undefined;
  /** The meters that the datapath has. */
  private meters: ReadonlyMap<number, Meter> = new Map();
  private readonly byDevice = new Map<Interface, DevicePort>();
  private readonly world: World;

  /** @param attach makes the attachments of programs. */
  constructor(model: SwitchModel, world: World, attach: Attach) {
    this.name = model.name;
    this.model = model;
    this.world = world;
    const { upcall, vlanLimit, flowLimit } = model;
    this.datapath = new Datapath({ name: model.name, upcall, vlanLimit, flowLimit }, world);
    this.host = createHost(model, world);
    for (const [name, device] of model.interfaces) {
      const port = model.ports.get(name);
      const own = this.host?.interfaces.get(name);
      if (port === undefined) this.interfaces.set(name, own!);
      else if (own !== undefined) this.addPort(port, own);
      else this.addPort(port, new Interface(model.name, device, this, world.ledger));
    }
    const tunnels = [...this.ports.values()].filter((port) => port instanceof TunnelPort);
    if (this.host !== undefined && tunnels.length > 0) new TunnelReceiver(tunnels, this.host, this.datapath, world);
    this.programs = attachPrograms(model, this.datapath, attach, world);
    this.datapath.programs = this.programs;
  }

  /** Puts the OpenFlow tables behind the datapath, once everything that ports lead to is there. Throws a NetsimError for flows that are wrong. */
  connect(): void {
    this.slowPath = new OpenFlowSlowPath(openBridge(this.model, this.ports.values()));
    this.setMeters();
    this.datapath.connect(this.slowPath);
  }

  /** Throws a NetsimError where commands would fail, one after another, on what the topology begins with. */
  checkCommands(commands: readonly LineModel[]): void {
    if (commands.length > 0) runLines(openBridge(this.model, this.ports.values()), this.model, commands, 0);
  }

  /** Runs commands of ovs-ofctl now. */
  runCommands(commands: readonly LineModel[]): void {
    runLines(this.slowPath!.bridge, this.model, commands, this.world.simulation.now);
    this.setMeters();
  }

  /** Gives the datapath the bridge's meters; those that are as they were go on counting. */
  private setMeters(): void {
    const { bridge } = this.slowPath!;
    for (const [id, meter] of this.meters)
      if (bridge.meters.get(id) !== meter) this.datapath.setMeter(bridge.meterNumber(id)!, undefined);
    for (const [id, meter] of bridge.meters)
      if (this.meters.get(id) !== meter) this.datapath.setMeter(bridge.meterNumber(id)!, meter);
    this.meters = new Map(bridge.meters);
  }

  /** Addresses that NORMAL has learnt and that are still fresh, in ascending order. */
  learnt(): { address: number; port: string }[] {
    const { now } = this.world.simulation;
    const names = new Map([...this.ports.values()].map(({ number, name }) => [number, name]));
    const macs = this.slowPath?.bridge.macs;
    const fresh = [...(macs?.entries ?? [])].filter(({ seen }) => now - seen < macs!.aging);
    return fresh
      .sort((a, b) => a.address - b.address)
      .map(({ address, port }) => ({ address, port: names.get(port) ?? String(port) }));
  }

  receiveFrame(device: Interface, skb: Skb): void {
    if (skb.linkType !== LINKTYPE_ETHERNET) this.world.ledger.drop(skb, device.label, "LINK_TYPE");
    else this.datapath.receive(this.byDevice.get(device)!, skb);
  }

  putOnWire(device: Interface, skb: Skb): void {
    device.transmit(skb);
  }

  private addPort(model: PortModel, device: Interface): void {
    const port = this.createPort(model, device);
    this.interfaces.set(model.name, device);
    this.ports.set(model.name, port);
    this.byDevice.set(device, port);
    this.datapath.ports.set(model.number, port);
  }

  private createPort(model: PortModel, device: Interface): DevicePort {
    if (model.type === "link") return new LinkPort(model, device, this.world);
    if (model.type === "internal") return new InternalPort(model, device, this.datapath, this.world);
    if (model.type === "patch") return new PatchPort(model, device, this.world);
    return new TunnelPort(model, device, this.host, this.world);
  }
}

/** Leads patch ports to each other, once all switches are there. */
export function connectPatchPorts(switches: readonly Switch[]): void {
  for (const [own, other] of patchPairs(switches)) own.port.peer = { datapath: other.node.datapath, port: other.port };
}

/** Leads the bridges' patch ports to each other, once all have their tables. */
export function connectBridges(switches: readonly Switch[]): void {
  for (const [own, other] of patchPairs(switches))
    own.node.slowPath!.bridge.connectPatch(own.port.number, {
      bridge: other.node.slowPath!.bridge,
      ofport: other.port.number,
    });
}

interface PatchEnd {
  readonly node: Switch;
  readonly port: PatchPort;
}

/** Each patch port with its peer. */
function* patchPairs(switches: readonly Switch[]): Iterable<readonly [PatchEnd, PatchEnd]> {
  const byName = new Map(switches.map((node) => [node.name, node]));
  for (const node of switches)
    for (const [name, { peer }] of node.model.ports) {
      const other = peer && byName.get(peer.node);
      const port = other?.ports.get(peer!.interface);
      const own = node.ports.get(name);
      if (own instanceof PatchPort && port instanceof PatchPort)
        yield [
          { node, port: own },
          { node: other!, port },
        ];
    }
}

/** The host that tunnels go by, with the interfaces that are no ports, and those that are internal ones. */
function createHost(model: SwitchModel, world: World): Host | undefined {
  const interfaces = new Map([...model.interfaces].filter(([name]) => isOfHost(model.ports.get(name))));
  if (interfaces.size === 0) return undefined;
  const { name, place, routes } = model;
  const host: HostModel = {
    kind: "host",
    name,
    place,
    interfaces,
    routes,
    forwarding: false,
    ttl: 64,
    sockets: new Map(),
    processes: new Map(),
    tc: new Map(),
    xdp: new Map(),
  };
  return new Host(host, world);
}

function isOfHost(port: PortModel | undefined): boolean {
  return port === undefined || port.type === "internal";
}

function attachPrograms(
  { name, parser, flowHit, flowMiss, ports }: SwitchModel,
  datapath: Datapath,
  attach: Attach,
  world: World,
): AttachedPrograms | undefined {
  const bound = [...ports.values()].flatMap(({ number, flowMiss: model, name: port }) => {
    const attachment = model && attach(model, "ovs-port-miss", "link", `${name}:${port}`);
    return attachment === undefined ? [] : [[number, attachment] as const];
  });
  if (parser === undefined && flowMiss === undefined && flowHit.size === 0 && bound.length === 0) return undefined;
  const hits = [...flowHit].flatMap(([hit, model]) => {
    const attachment = attach(model, "ovs-flow-hit", "link", `${name} ${hit}`);
    return attachment === undefined ? [] : [[hit, attachment] as const];
  });
  const hooks = {
    parser: parser && attach(parser, "ovs-parser", "link", name),
    hits: new Map(hits),
    miss: flowMiss && attach(flowMiss, "ovs-flow-miss", "link", name),
    bound: new Map(bound),
  };
  return new AttachedPrograms(hooks, datapath, world);
}
