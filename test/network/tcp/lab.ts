import { LinearMemory } from "../../../src/bpf/vm/memory.ts";
import { PacketContext } from "../../../src/hooks/skb/packet-context.ts";
import { socketFilter } from "../../../src/hooks/socket-filter.ts";
import type { Host } from "../../../src/network/host.ts";
import { Ledger } from "../../../src/network/ledger.ts";
import { Network } from "../../../src/network/network.ts";
import type { ConnectionOutcome } from "../../../src/network/tcp/connection.ts";
import type { TcpListener } from "../../../src/network/tcp/tcp-listener.ts";
import type { World } from "../../../src/network/world.ts";
import { transportChecksum } from "../../../src/packet/checksum.ts";
import { SkbPool } from "../../../src/packet/skb-pool.ts";
import { get16, get32, set16, set32 } from "../../../src/packet/wire.ts";
import { type Attach, Attachment } from "../../../src/programs/attachment.ts";
import type { LoadedProgram } from "../../../src/programs/language.ts";
import { ProgramSlot } from "../../../src/programs/program-slot.ts";
import { Registry } from "../../../src/registry.ts";
import { Random } from "../../../src/simulation/random.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";
import type { HostModel, Impairment, SocketModel, Topology } from "../../../src/topology/model.ts";

export const MS = 1_000_000;
export const SECOND = 1000 * MS;
const PLACE = { file: "test" };
export const SERVER_PORT = 80;
const CLIENT = 1;
const SERVER = 2;

export const FLAGS = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;

/** A segment as a test reads or writes it. */
export interface Wire {
  flags: string;
  seq: number;
  ack: number;
  window: number;
  /** Kinds of its options in order, NOPs left out. */
  options: number[];
  length: number;
  sport: number;
  dport: number;
  payload: Uint8Array;
  /** Simulated time in milliseconds. */
  at: number;
  timestamps: [number, number] | undefined;
  sack: [number, number][];
}

export interface LabOptions {
  seed?: bigint;
  /** Of the link, in both directions. */
  link?: Partial<Impairment>;
  mtu?: number;
  echo?: boolean;
  /** Of the listening socket. */
  port?: number;
  /** Return value of the listening socket's filter, or what computes it from length of the segment. */
  filter?: number | ((length: number) => number);
}

/** Two hosts, 10.0.0.1 and 10.0.0.2 (fd00::1, fd00::2), on one link; the second listens on port 80. */
export class Lab {
  readonly world: World;
  readonly network: Network;
  readonly client: Host;
  readonly server: Host;
  readonly listener: TcpListener;
  /** What the listening socket's reader got. */
  readonly reads: { length: number; original: number }[] = [];
  readonly received: number[] = [];
  readonly outcomes: ConnectionOutcome[] = [];

  constructor(options: LabOptions = {}) {
    const simulation = new Simulation();
    const store = new LinearMemory();
    const pool = new SkbPool(store);
    const observer = { tracing: false, trace() {} };
    const seed = options.seed ?? 1n;
    this.world = {
      simulation,
      store,
      pool,
      observer,
      redirect: { ifindex: 0, ingress: false },
      entryPrograms: new Map(),
      ledger: new Ledger(pool, observer),
      random: (label) => new Random(seed, label),
    };
    const attach = () => this.attachment(options.filter ?? 0);
    this.network = new Network(topology(options), this.world, attach as unknown as Attach, new Registry("qdisc", []));
    this.client = this.network.host("client");
    this.server = this.network.host("server");
    this.listener = this.server.ip.tcp.listeners[0]!;
    this.listener.readers.push({
      read: (_skb, bytes, at, length, original) => {
        this.reads.push({ length, original });
        for (let i = 0; i < length; i++) this.received.push(bytes[at + i]!);
      },
    });
  }

  connect(bytes: number, more: { dport?: number; sport?: number; family?: 4 | 6 } = {}): void {
    this.client.ip.tcp.connect({
      family: more.family ?? 4,
      destination: addressOf(more.family ?? 4, SERVER),
      dport: more.dport ?? SERVER_PORT,
      bytes,
      onClosed: (outcome) => this.outcomes.push(outcome),
      ...(more.sport === undefined ? {} : { sport: more.sport }),
    });
  }

  run(until?: number): void {
    this.world.simulation.run(until);
  }

  /** Simulated time in milliseconds. */
  get now(): number {
    return this.world.simulation.now / MS;
  }

  /** What is wrong with the accounting of packets; undefined: nothing. */
  get imbalance(): string | undefined {
    const { ledger, pool } = this.world;
    const { created, copied, delivered, dropped } = ledger;
    const queued = this.network.queued();
    if (created + copied === delivered + dropped + queued && pool.live === queued) return undefined;
    return `${created} + ${copied} != ${delivered} + ${dropped} + ${queued}; ${pool.live} live`;
  }

  /** Packets dropped for a reason. */
  drops(reason: string): number {
    let sum = 0;
    for (const drop of this.world.ledger.drops) if (drop.reason === reason) sum += drop.packets;
    return sum;
  }

  /** Records every TCP segment that leaves an interface. */
  record(node: "client" | "server"): Wire[] {
    const seen: Wire[] = [];
    this.network.interface(node, "eth0").taps.push({
      frame: (skb, direction) => {
        const { bytes } = this.world.store;
        if (direction === "out") {
          const wire = readWire(bytes, skb.data, skb.length, this.now);
          if (wire !== undefined) seen.push(wire);
        }
      },
    });
    return seen;
  }

  private attachment(filter: number | ((length: number) => number)): Attachment<"socket"> {
    const program = {
      run: (packet: { length: number }) => (typeof filter === "number" ? filter : filter(packet.length)) >>> 0,
    };
    const slot = new ProgramSlot("filter", { name: "filter" } as LoadedProgram);
    const context = new PacketContext({ pool: this.world.pool, chance: this.world.random("filter") });
    const prepared = {
      context,
      start: "transport",
      trims: true,
      attachType: 0,
      program: { run: () => program.run(context.view) },
    } as const;
    return new Attachment(socketFilter, slot, prepared, undefined);
  }
}

/** Sends segments of a peer that the test plays itself, 10.0.0.1 port 5000, and records what answers it. */
export class Peer {
  readonly answers: Wire[] = [];
  /** Own and the other side's initial sequence number, as the test's numbers count from them. */
  iss = 1000;
  irs = 0;
  private readonly lab: Lab;

  constructor(lab: Lab) {
    this.lab = lab;
    const { world } = lab;
    // The client's interface is this peer's: it answers ARP, and TCP segments are looked at and thrown away.
    lab.client.ip.tcp.receive = (_device, skb) => {
      const { networkHeader, data, length } = skb;
      this.answers.push(readPacket(world.store.bytes, networkHeader, data + length, lab.now)!);
      world.ledger.deliver(skb, "peer", "the test");
    };
  }

  /** Sends a segment and gives back what it was answered by, until nothing happens any more for `wait` ns. */
  send(fields: SegmentFields, wait = 0): Wire[] {
    const { world, client } = this.lab;
    const from = this.answers.length;
    const packet = makePacket(fields);
    const skb = world.ledger.enter(world.pool.from(packet, 0, packet.length));
    skb.networkHeader = skb.data;
    skb.transportHeader = skb.data + 20;
    client.ip.output(skb, 4);
    this.lab.run(world.simulation.now + wait + 1);
    return this.answers.slice(from);
  }

  /** Lets the server open a connection to this peer's port 5000; gives back what it sends for that. */
  accept(bytes: number, wait: number, sport?: number): Wire[] {
    const { world, server } = this.lab;
    server.ip.tcp.connect({
      family: 4,
      destination: addressOf(4, CLIENT),
      dport: 5000,
      bytes,
      ...(sport !== undefined && { sport }),
    });
    this.lab.run(world.simulation.now + wait);
    return this.answers.slice();
  }

  /** Opens a connection with the listener and leaves it ESTABLISHED. */
  open(options: number[] = []): void {
    const [answer] = this.send({ flags: "S", seq: this.iss, options });
    this.irs = answer!.seq;
    this.send({ flags: "A", seq: this.iss + 1, ack: this.irs + 1 });
  }
}

export interface SegmentFields {
  flags: string;
  seq?: number;
  ack?: number;
  window?: number;
  payload?: number;
  /** Raw option bytes, padded by the caller to a multiple of 4. */
  options?: number[];
  sport?: number;
  dport?: number;
  /** Header length in bytes to claim instead of the right one. */
  headerLength?: number;
  badChecksum?: boolean;
}

const LETTERS = [
  ["S", FLAGS.SYN],
  ["F", FLAGS.FIN],
  ["R", FLAGS.RST],
  ["P", FLAGS.PSH],
  ["A", FLAGS.ACK],
] as const;

/** An IPv4 packet from 10.0.0.1 to 10.0.0.2 with the segment. */
export function makePacket(fields: SegmentFields): Uint8Array {
  const options = fields.options ?? [];
  const payload = fields.payload ?? 0;
  const header = 20 + options.length;
  const bytes = new Uint8Array(20 + header + payload);
  bytes[0] = 0x45;
  set16(bytes, 2, bytes.length);
  set16(bytes, 6, 0x4000);
  bytes[8] = 64;
  bytes[9] = 6;
  bytes.set(addressOf(4, CLIENT), 12);
  bytes.set(addressOf(4, SERVER), 16);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += get16(bytes, i);
  set16(bytes, 10, ~((sum & 0xffff) + (sum >>> 16)) & 0xffff);
  set16(bytes, 20, fields.sport ?? 5000);
  set16(bytes, 22, fields.dport ?? SERVER_PORT);
  set32(bytes, 24, (fields.seq ?? 0) >>> 0);
  set32(bytes, 28, (fields.ack ?? 0) >>> 0);
  bytes[32] = ((fields.headerLength ?? header) / 4) << 4;
  for (const [letter, bit] of LETTERS) if (fields.flags.includes(letter)) bytes[33]! |= bit;
  set16(bytes, 34, fields.window ?? 65_535);
  bytes.set(options, 40);
  for (let i = 0; i < payload; i++) bytes[20 + header + i] = i;
  const checksum = transportChecksum(bytes, 4, 0, 6, 20, header + payload);
  set16(bytes, 36, fields.badChecksum ? checksum ^ 0x5555 : checksum);
  return bytes;
}

function readWire(bytes: Uint8Array, frame: number, length: number, at: number): Wire | undefined {
  return readPacket(bytes, frame + 14, frame + length, at);
}

/** Reads the TCP segment of an IP packet at `ip`; undefined where it is something else. */
export function readPacket(bytes: Uint8Array, ip: number, end: number, at: number): Wire | undefined {
  const version = bytes[ip]! >> 4;
  if (version !== 4 && version !== 6) return undefined;
  if (bytes[ip + (version === 4 ? 9 : 6)] !== 6) return undefined;
  const tcp = ip + (version === 4 ? (bytes[ip]! & 15) * 4 : 40);
  const last = version === 4 ? ip + get16(bytes, ip + 2) : end;
  const payload = tcp + (bytes[tcp + 12]! >> 4) * 4;
  const wire: Wire = {
    flags: LETTERS.filter(([, bit]) => (bytes[tcp + 13]! & bit) !== 0)
      .map(([letter]) => letter)
      .join(""),
    seq: get32(bytes, tcp + 4),
    ack: get32(bytes, tcp + 8),
    window: get16(bytes, tcp + 14),
    options: [],
    length: last - payload,
    sport: get16(bytes, tcp),
    dport: get16(bytes, tcp + 2),
    payload: bytes.slice(payload, last),
    at,
    timestamps: undefined,
    sack: [],
  };
  for (let i = tcp + 20; i < payload; ) {
    const kind = bytes[i]!;
    if (kind === 0) break;
    if (kind === 1) {
      i++;
      continue;
    }
    wire.options.push(kind);
    if (kind === 8) wire.timestamps = [get32(bytes, i + 2), get32(bytes, i + 6)];
    if (kind === 5)
      for (let j = i + 2; j < i + bytes[i + 1]!; j += 8) wire.sack.push([get32(bytes, j), get32(bytes, j + 4)]);
    i += bytes[i + 1]!;
  }
  return wire;
}

function addressOf(family: 4 | 6, host: number): Uint8Array {
  if (family === 4) return Uint8Array.of(10, 0, 0, host);
  const address = new Uint8Array(16);
  address[0] = 0xfd;
  address[15] = host;
  return address;
}

function topology(options: LabOptions): Topology {
  const impairment: Impairment = {
    delay: 0,
    jitter: 0,
    rate: 0,
    loss: 0,
    duplicate: 0,
    corrupt: 0,
    queue: 1000,
    mtu: 0,
    ...options.link,
  };
  const listener: SocketModel = {
    name: "web",
    kind: "tcp",
    place: PLACE,
    type: "raw",
    protocol: 6,
    port: options.port ?? SERVER_PORT,
    family: 4,
    attachments:
      options.filter === undefined
        ? []
        : [{ hook: "socket-filter", program: "filter", options: undefined, place: PLACE }],
    echo: options.echo ?? false,
  };
  const host = (name: string, number: number, sockets: SocketModel[]): HostModel => ({
    kind: "host",
    name,
    place: PLACE,
    interfaces: new Map([
      [
        "eth0",
        {
          name: "eth0",
          index: 2,
          mac: Uint8Array.of(2, 0, 0, 0, 0, number),
          mtu: options.mtu ?? 1500,
          addresses: [
            { family: 4, address: addressOf(4, number), prefix: 24 },
            { family: 6, address: addressOf(6, number), prefix: 64 },
          ],
          place: PLACE,
        },
      ],
    ]),
    routes: [],
    forwarding: false,
    ttl: 64,
    sockets: new Map(sockets.map((socket) => [socket.name, socket])),
    processes: new Map(),
    tc: new Map(),
    xdp: new Map(),
  });
  return {
    file: "test",
    name: "test",
    seed: options.seed ?? 1n,
    programs: new Map(),
    maps: new Map(),
    nodes: new Map([
      ["client", host("client", CLIENT, [])],
      ["server", host("server", SERVER, [listener])],
    ]),
    links: [
      {
        name: "client:eth0 - server:eth0",
        place: PLACE,
        ends: [
          { node: "client", interface: "eth0" },
          { node: "server", interface: "eth0" },
        ],
        directions: [impairment, impairment],
      },
    ],
    tracing: [],
    traffic: [],
    steps: [],
    expect: [],
  };
}
