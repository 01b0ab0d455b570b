import { LinearMemory } from "../../../src/bpf/vm/memory.ts";
import type { Interface } from "../../../src/network/interface.ts";
import { Ledger } from "../../../src/network/ledger.ts";
import { builtInQdiscs } from "../../../src/network/qdisc/built-in.ts";
import type { Qdisc } from "../../../src/network/qdisc/qdisc.ts";
import { FilterList } from "../../../src/network/tc/filter-list.ts";
import { QdiscTree } from "../../../src/network/tc/qdisc-tree.ts";
import type { World } from "../../../src/network/world.ts";
import type { Skb } from "../../../src/packet/skb.ts";
import { SkbPool } from "../../../src/packet/skb-pool.ts";
import { set16 } from "../../../src/packet/wire.ts";
import { Registry } from "../../../src/registry.ts";
import { Random } from "../../../src/simulation/random.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";
import type { QdiscModel } from "../../../src/topology/model.ts";
import { parseClassid } from "../../../src/topology/quantity/classid.ts";
import { readOptions } from "../../../src/topology/tc-command/grammar.ts";
import { Words } from "../../../src/topology/tc-command/words.ts";
import { ethernet, ipv4, udp } from "../frames.ts";

/** Headers of a frame of 42 bytes, which others are like. */
const HEADERS = ethernet(
  "02:00:00:00:00:02",
  "02:00:00:00:00:01",
  0x0800,
  ipv4({ source: "10.0.0.1", destination: "10.0.0.2", protocol: 17 }, udp(1000, 7, new Uint8Array(0))),
);

/** A datagram whose checksums do not matter to queues. */
function frameOf(length: number, flow: number, tos: number): Uint8Array {
  const frame = new Uint8Array(length);
  frame.set(HEADERS.subarray(0, length));
  frame[15] = tos;
  set16(frame, 34, 1000 + flow);
  return frame;
}

const KINDS = new Registry("queueing discipline", builtInQdiscs);

/** Classes with their commands' words and the disciplines in them, by class. */
export interface Tree {
  readonly handle: string;
  /** Kind and options, as tc has them. */
  readonly words: string;
  readonly classes?: Readonly<
    Record<string, { readonly words?: string; readonly parent?: string; readonly qdisc?: Tree }>
  >;
}

/** A frame that is sent. */
export interface Arrival {
  /** Simulated nanoseconds. */
  readonly at: number;
  /** Bytes of the whole frame. */
  readonly length: number;
  readonly flow?: number;
  readonly tos?: number;
  readonly priority?: number;
}

/** A frame that left: its number, from 1, when, and its TOS. */
export interface Departure {
  readonly id: number;
  readonly at: number;
  readonly tos: number;
}

/** A discipline, and what it was given and gave. */
export interface Play {
  readonly departures: readonly Departure[];
  /** Numbers of frames that were dropped. */
  readonly dropped: readonly number[];
  readonly created: number;
  readonly tree: QdiscTree;
  qdisc(handle: string): Qdisc;
}

/** Has frames sent through disciplines to a wire that is always free. */
export function play(
  tree: Tree,
  arrivals: readonly Arrival[],
  more: { from?: number; until?: number; seed?: bigint; each?: (tree: QdiscTree) => void } = {},
): Play {
  const simulation = new Simulation();
  const memory = new LinearMemory();
  const pool = new SkbPool(memory);
  const observer = { tracing: false, trace: () => {} };
  const ledger = new Ledger(pool, observer as unknown as World["observer"]);
  const dropped: number[] = [];
  const drop = ledger.drop.bind(ledger);
  ledger.drop = (skb, where, reason) => {
    dropped.push(skb.id);
    drop(skb, where, reason);
  };
  const world = {
    simulation,
    store: memory,
    pool,
    ledger,
    observer,
    redirect: { ifindex: 0, ingress: false },
    random: (label: string) => new Random(more.seed ?? 1n, label),
  } as unknown as World;
  const departures: Departure[] = [];
  const device = {
    label: "a:eth0",
    mtu: 1500,
    link: undefined,
    dequeued: (skb: Skb) => {
      departures.push({ id: skb.id, at: simulation.now, tos: memory.bytes[skb.data + 15]! });
      ledger.deliver(skb, "wire", "wire");
    },
  } as unknown as Interface;
  simulation.now = more.from ?? 0;
  const made = new QdiscTree(
    device,
    modelOf(tree),
    KINDS,
    world,
    (models) => new FilterList(models as never, undefined),
  );
  for (const arrival of arrivals) simulation.at(arrival.at, { run: () => send(arrival) });
  const send = ({ length, flow = 0, tos = 0, priority = 0 }: Arrival) => {
    const frame = frameOf(length, flow, tos);
    const skb = ledger.enter(pool.from(frame, 0, frame.length));
    skb.networkHeader = skb.data + 14;
    skb.protocol = 0x0800;
    skb.priority = priority;
    made.queue.send(skb);
    more.each?.(made);
  };
  simulation.run(more.until);
  return {
    departures,
    dropped,
    created: ledger.created + ledger.copied,
    tree: made,
    qdisc: (handle) => made.node(parseClassid(handle))!.qdisc,
  };
}

/** The model that a tree stands for. */
export function modelOf({ handle, words, classes = {} }: Tree): QdiscModel {
  const own = parseClassid(handle);
  const reader = new Words(words);
  const kind = KINDS.get(reader.take("a kind").text);
  const options = readOptions(reader, kind.words!, kind.name);
  const given = new Map<number, Record<string, unknown>>();
  const children = new Map<number, QdiscModel>();
  for (const [name, one] of Object.entries(classes)) {
    const classid = parseClassid(name);
    const read = one.words === undefined ? {} : readOptions(new Words(one.words), kind.classWords!, kind.name);
    given.set(classid, { ...read, ...(one.parent && { parent: one.parent }) });
    if (one.qdisc !== undefined) children.set(classid, modelOf(one.qdisc));
  }
  return {
    place: { file: "t", line: 1, column: 1, endColumn: 1 },
    kind: kind.name,
    handle: own,
    options: kind.parse(options, given, own),
    filters: [],
    classFilters: new Map(),
    children,
  };
}
