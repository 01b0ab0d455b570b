import { LinearMemory } from "../../src/bpf/vm/memory.ts";
import { Bridge } from "../../src/network/bridge.ts";
import { Host } from "../../src/network/host.ts";
import type { Carrier, Interface } from "../../src/network/interface.ts";
import { Ledger } from "../../src/network/ledger.ts";
import { LinkDirection, type LinkSettings } from "../../src/network/link.ts";
import { PacketSocket } from "../../src/network/socket/packet-socket.ts";
import { RawSocket } from "../../src/network/socket/raw-socket.ts";
import type { Socket } from "../../src/network/socket/socket.ts";
import { UdpSocket } from "../../src/network/socket/udp-socket.ts";
import type { World } from "../../src/network/world.ts";
import type { Skb } from "../../src/packet/skb.ts";
import { SkbPool } from "../../src/packet/skb-pool.ts";
import type { Attachment } from "../../src/programs/attachment.ts";
import { Random } from "../../src/simulation/random.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import type { AddressModel, HostModel, InterfaceModel, SocketModel } from "../../src/topology/model.ts";
import { hex, ip, mac } from "./frames.ts";

const PLACE = { file: "test" };

export const PERFECT: LinkSettings = {
  delay: 0,
  jitter: 0,
  rate: 0,
  loss: 0,
  duplicate: 0,
  corrupt: 0,
  queue: 1000,
  mtu: 0,
};

export interface InterfaceSetup {
  mac: string;
  /** As in "10.0.0.1/24". */
  addresses?: readonly string[];
  mtu?: number;
}

export interface HostSetup {
  interfaces: Readonly<Record<string, InterfaceSetup>>;
  /** As in "10.0.0.0/8 via 10.1.0.1" or "0.0.0.0/0 dev eth0". */
  routes?: readonly string[];
  forwarding?: boolean;
}

export function prefix(text: string): AddressModel {
  const [address = "", length] = text.split("/");
  const parsed = ip(address);
  return { family: parsed.length === 4 ? 4 : 6, address: parsed, prefix: Number(length ?? parsed.length * 8) };
}

/** A simulated network that tests put together by hand. */
export class Stage {
  readonly simulation = new Simulation();
  readonly store = new LinearMemory();
  readonly pool = new SkbPool(this.store);
  readonly ledger: Ledger;
  readonly world: World;
  readonly hosts: Host[] = [];
  readonly links: LinkDirection[] = [];
  /** What the observer was told, where traces are on. */
  readonly traces: string[] = [];

  constructor(seed = 1n, tracing = false) {
    const observer = {
      tracing,
      trace: (_: Skb, where: string, what: string) => {
        this.traces.push(`${where}: ${what}`);
      },
    };
    this.ledger = new Ledger(this.pool, observer);
    this.world = {
      simulation: this.simulation,
      store: this.store,
      pool: this.pool,
      ledger: this.ledger,
      observer,
      redirect: { ifindex: 0, ingress: false },
      entryPrograms: new Map(),
      random: (label) => new Random(seed, label),
    };
  }

  host(name: string, setup: HostSetup): Host {
    const model: HostModel = {
      kind: "host",
      name,
      place: PLACE,
      interfaces: interfaceModels(setup.interfaces),
      routes: (setup.routes ?? []).map((text) => {
        const [destination = "", ...words] = text.split(" ");
        const word = (key: string) => (words.includes(key) ? words[words.indexOf(key) + 1] : undefined);
        const { family, address, prefix: length } = prefix(destination);
        const [via, device, metric] = [word("via"), word("dev"), word("metric")];
        return {
          family,
          destination: address,
          prefix: length,
          metric: Number(metric ?? 0),
          place: PLACE,
          ...(via !== undefined && { via: ip(via) }),
          ...(device !== undefined && { device }),
        };
      }),
      forwarding: setup.forwarding ?? false,
      ttl: 64,
      sockets: new Map(),
      processes: new Map(),
      tc: new Map(),
      xdp: new Map(),
    };
    const host = new Host(model, this.world);
    this.hosts.push(host);
    return host;
  }

  bridge(name: string, ports: readonly string[], ageing = 300e9): Bridge {
    const interfaces = Object.fromEntries(
      ports.map((port, i) => [port, { mac: `02:bb:00:00:00:${(i + 1).toString(16).padStart(2, "0")}`, mtu: 9000 }]),
    );
    return new Bridge(
      { kind: "bridge", name, place: PLACE, interfaces: interfaceModels(interfaces), ageing },
      this.world,
    );
  }

  /** Cables two interfaces. */
  connect(a: Interface, b: Interface, settings: Partial<LinkSettings> = {}): [LinkDirection, LinkDirection] {
    return [this.direction(a, b, settings), this.direction(b, a, settings)];
  }

  /** Catches what an interface sends. */
  far(device: Interface): FarEnd {
    return new FarEnd(device, this);
  }

  udp(
    host: Host,
    setup: Partial<SocketModel> & { port: number },
    attachments: readonly Attachment<"socket">[] = [],
  ): Heard {
    const socket = new UdpSocket(host.name, socketModel("udp", setup), attachments, this.world);
    host.ip.udp.sockets.push(socket);
    return new Heard(socket);
  }

  packetSocket(host: Host, setup: Partial<SocketModel> = {}, attachments: readonly Attachment<"socket">[] = []): Heard {
    const socket = new PacketSocket(host.name, socketModel("packet", setup), attachments, this.world);
    host.packetSockets.push(socket);
    return new Heard(socket);
  }

  rawSocket(host: Host, setup: Partial<SocketModel>, attachments: readonly Attachment<"socket">[] = []): Heard {
    const socket = new RawSocket(host.name, socketModel("raw", setup), attachments, this.world);
    host.ip.rawSockets.push(socket);
    return new Heard(socket);
  }

  /** A frame, entered in the ledger. */
  frame(bytes: Uint8Array): Skb {
    return this.ledger.enter(this.pool.from(bytes, 0, bytes.length));
  }

  /** Lets a frame come in at an interface. */
  receive(device: Interface, bytes: Uint8Array): void {
    device.receive(this.frame(bytes));
  }

  run(until?: number): void {
    this.simulation.run(until);
  }

  /** Lets so many nanoseconds pass, whether or not anything happens. */
  wait(time: number): void {
    const end = this.simulation.now + time;
    this.simulation.at(end, { run() {} });
    this.simulation.run(end + 1);
    this.simulation.now = end;
  }

  /** How often packets were dropped, by reason. */
  get drops(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { reason, packets } of this.ledger.drops) sums[reason] = (sums[reason] ?? 0) + packets;
    return sums;
  }

  /** Packets that somebody holds now. */
  get queued(): number {
    let sum = 0;
    for (const { queues } of this.hosts) sum += queues.neighbours + queues.reassembly + queues.loopback;
    for (const { inFlight } of this.links) sum += inFlight;
    return sum;
  }

  /** What must always be 0: packets that came into being, less those that ended or are held; and those in memory, less those held. */
  get unaccounted(): [packets: number, memory: number] {
    const { created, copied, delivered, dropped } = this.ledger;
    return [created + copied - delivered - dropped - this.queued, this.pool.live - this.queued];
  }

  private direction(from: Interface, to: Interface, settings: Partial<LinkSettings>): LinkDirection {
    const label = `${from.label} -> ${to.label}`;
    const made = new LinkDirection(
      label,
      { ...PERFECT, ...settings },
      to,
      this.world,
      this.world.random(`link ${label}`),
    );
    from.link = made;
    this.links.push(made);
    return made;
  }
}

/** The far end of an interface's cable. */
export class FarEnd implements Carrier {
  /** Hexadecimal, in order. */
  readonly frames: string[] = [];
  private readonly stage: Stage;

  constructor(device: Interface, stage: Stage) {
    this.stage = stage;
    device.link = this;
  }

  send(skb: Skb): void {
    this.frames.push(hex(this.stage.store.bytes.slice(skb.data, skb.data + skb.length)));
    this.stage.ledger.deliver(skb, "far end", "test");
  }
}

/** A socket, and what its reader got. */
export class Heard {
  readonly socket: Socket;
  readonly packets: string[] = [];
  readonly types: number[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.readers.push({
      read: (skb, bytes, at, length) => {
        this.packets.push(hex(bytes.slice(at, at + length)));
        this.types.push(skb.pktType);
      },
    });
  }
}

function interfaceModels(setups: Readonly<Record<string, InterfaceSetup>>): ReadonlyMap<string, InterfaceModel> {
  return new Map(
    Object.entries(setups).map(([name, setup], i) => [
      name,
      {
        name,
        index: i + 2,
        mac: mac(setup.mac),
        mtu: setup.mtu ?? 1500,
        addresses: (setup.addresses ?? []).map(prefix),
        place: PLACE,
      },
    ]),
  );
}

function socketModel(kind: SocketModel["kind"], setup: Partial<SocketModel>): SocketModel {
  return {
    name: "socket",
    kind,
    place: PLACE,
    type: "raw",
    protocol: kind === "packet" ? 3 : 17,
    family: 4,
    attachments: [],
    echo: false,
    ...setup,
  };
}
