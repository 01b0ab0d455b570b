import { Bridge } from "../network/bridge.ts";
import type { Interface } from "../network/interface.ts";
import type { Link, Node } from "../network/network.ts";
import { Switch } from "../network/ovs/switch.ts";
import type { Socket } from "../network/socket/socket.ts";
import type { QdiscNode } from "../network/tc/qdisc-tree.ts";
import { formatMac } from "../packet/address.ts";
import type { StopReason } from "../simulation/simulation.ts";
import { formatAddress } from "../topology/address-with-prefix.ts";
import type { AddressModel, HostModel, Topology } from "../topology/model.ts";
import { formatClassid } from "../topology/quantity/classid.ts";
import type { Scene } from "./assemble.ts";
import { switchResult } from "./collect-switch.ts";
import { describeBinding } from "./describe-binding.ts";
import { readHistogram } from "./read-histogram.ts";
import type {
  AttachmentResult,
  CallResult,
  InterfaceResult,
  LinkResult,
  MapResult,
  NodeResult,
  PacketTotals,
  ProcessResult,
  ProgramResult,
  QdiscResult,
  RunResult,
  SocketResult,
} from "./result.ts";
import { SCHEMA_VERSION } from "./result.ts";

const EPERM = 1;

/** Reads everybody's counters at the end of a run. */
export function collect(
  topology: Topology,
  scene: Scene,
  end: { totals: PacketTotals; stopped: StopReason; engine: string },
): Omit<RunResult, "expectations" | "exitCode"> {
  const { world, network, sources } = scene;
  return {
    schemaVersion: SCHEMA_VERSION,
    topology: { name: topology.name, file: topology.file },
    seed: String(scene.seed),
    engine: end.engine,
    stopped: end.stopped,
    time: world.simulation.now,
    events: world.simulation.events,
    packets: end.totals,
    programs: [...scene.programs].map((slot) => programResult(slot.name, scene)),
    maps: mapResults(scene),
    nodes: [...network.nodes.values()].map((node) => ({
      ...nodeResult(node, network.sockets, unopened(topology, node, network.sockets), world.simulation.now),
      ...(scene.processes.has(node.name) && {
        processes: scene.processes.get(node.name)!.map(({ results }) => results),
      }),
    })),
    links: network.links.map(linkResult),
    traffic: sources.map(({ kind, description, sent, answered, refused }) => ({
      kind,
      description,
      sent,
      ...(answered === undefined ? {} : { answered }),
      ...(refused === undefined ? {} : { refused: [{ errno: EPERM, items: refused }] }),
    })),
    ...tracingResult(scene),
    diagnostics: sources.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  };
}

/** What tracing programs have left, where they have left anything. */
function tracingResult({ tracePipe, histograms, maps, oneLiners }: Scene): Pick<RunResult, "tracing"> {
  const { lines, lost } = tracePipe;
  if (lines.length === 0 && histograms.length === 0 && oneLiners.probes === 0) return {};
  return {
    tracing: {
      tracePipe: lines,
      lostLines: lost,
      histograms: histograms.map((histogram) => readHistogram(histogram, maps)),
      output: oneLiners.output === "" ? [] : oneLiners.output.replace(/\n$/, "").split("\n"),
      maps: oneLiners.contents(),
    },
  };
}

function programResult(name: string, { programs, attachments, processes, tracing }: Scene): ProgramResult {
  const slot = programs.get(name);
  const filters = [...processes].flatMap(([node, all]) =>
    all.filter(({ filterNames }) => filterNames.includes(name)).map((process) => filterResult(node, process.results)),
  );
  return {
    name,
    type: slot.type,
    instructions: slot.instructions,
    replaced: slot.replaced,
    attachments: [
      ...[...attachments, ...tracing.filter(({ attachment, byPattern }) => !byPattern || attachment.runs > 0)]
        .filter(({ attachment }) => attachment.slot === slot)
        .map(({ where, attachment }) => ({
          hook: attachment.hook.name,
          where,
          runs: attachment.runs,
          ...attachment.counts(),
        })),
      ...filters,
    ],
  };
}

/** A process's calls, as runs of each of its filters. */
function filterResult(node: string, { name, sockets, calls, replay }: ProcessResult): AttachmentResult {
  const opening = sockets.flatMap((socket) => socket.calls);
  const serving = sockets.flatMap(({ serves = [] }) => serves);
  const made = [...opening, ...calls, ...serving].filter(({ answer }) => answer !== null);
  const count = (all: readonly CallResult[]) => all.reduce((sum, { times = 1 }) => sum + times, 0);
  const runs = count(made) + (replay?.calls ?? 0);
  const ran = count(made.filter(({ outcome }) => outcome === "runs")) + (replay?.ran ?? 0);
  return { hook: "seccomp", where: `${node}/${name}`, runs, ran, refused: runs - ran };
}

function mapResults({ maps, mapSteps, oneLiners, records }: Scene): MapResult[] {
  const shown = [...maps.models].filter(({ name }) => !oneLiners.has(name));
  return shown.map(({ name, type, key, value, maxEntries }) => {
    const dumps = mapSteps.dumps.get(name);
    const log = records?.of(name);
    return {
      name,
      type,
      keySize: key.size,
      valueSize: value.size,
      maxEntries,
      entries: [...maps.entries(name)],
      ...(log && { records: { count: log.count, lost: log.lost, first: log.first } }),
      ...(dumps && { dumps }),
    };
  });
}

/** Sockets that a process could not open: they have got nothing. */
function unopened({ nodes }: Topology, { name }: Node, sockets: readonly Socket[]): SocketResult[] {
  const model = nodes.get(name);
  if (model?.kind !== "host") return [];
  const open = new Set(sockets.filter(({ host }) => host === name).map((socket) => socket.model.name));
  return [...(model as HostModel).sockets.values()]
    .filter((socket) => !open.has(socket.name))
    .map((socket) => ({
      name: socket.name,
      kind: socket.kind,
      bound: describeBinding(socket),
      programs: socket.attachments.map(({ program }) => program),
      ...NO_COUNTS,
      ...(socket.serves && { served: 0 }),
    }));
}

const NO_COUNTS = { seen: 0, received: 0, receivedBytes: 0, trimmed: 0, dropped: 0 };

function nodeResult(
  node: Node,
  sockets: readonly Socket[],
  unopened: readonly SocketResult[],
  now: number,
): NodeResult {
  const isBridge = node instanceof Bridge;
  return {
    name: node.name,
    kind: isBridge ? "bridge" : node instanceof Switch ? "ovs" : "host",
    interfaces: [...node.interfaces.values()].map(interfaceResult),
    sockets: [...sockets.filter(({ host }) => host === node.name).map(socketResult), ...unopened],
    ...(node instanceof Switch && { switch: switchResult(node, now) }),
    ...((isBridge || node instanceof Switch) && {
      learnt: node.learnt().map(({ address, port }) => ({ address: mac48(address), port })),
    }),
  };
}

function interfaceResult({
  name,
  mac,
  addresses,
  sent,
  sentBytes,
  received,
  receivedBytes,
  tree,
}: Interface): InterfaceResult {
  return {
    name,
    mac: formatMac(mac),
    addresses: addresses.map(formatPrefix),
    sent,
    sentBytes,
    received,
    receivedBytes,
    ...(tree && { qdisc: qdiscResult(tree.root) }),
  };
}

function qdiscResult({ model: { kind, handle }, qdisc }: QdiscNode): QdiscResult {
  const { counts, length, backlog, classes = [] } = qdisc;
  return {
    kind,
    handle: formatClassid(handle),
    ...counts,
    queued: length,
    queuedBytes: backlog,
    classes: classes.map((one) => ({
      classid: formatClassid(one.classid),
      ...one.counts,
      queued: one.length,
      queuedBytes: one.backlog,
    })),
  };
}

function socketResult({ model, attachments, counts, server }: Socket): SocketResult {
  return {
    name: model.name,
    kind: model.kind,
    bound: describeBinding(model),
    programs: attachments.map(({ slot }) => slot.name),
    ...counts,
    ...(server && { served: server.served }),
  };
}

function linkResult({ name, ends, directions }: Link): LinkResult {
  return {
    name,
    up: directions[0].up,
    directions: directions.map((direction, i) => ({
      from: ends[i]!.label,
      to: ends[1 - i]!.label,
      sent: direction.sent,
      sentBytes: direction.sentBytes,
      delivered: direction.delivered,
      dropped: direction.dropped,
      duplicated: direction.duplicated,
      corrupted: direction.corrupted,
      inFlight: direction.inFlight,
    })),
  };
}

function formatPrefix(own: AddressModel): string {
  return `${formatAddress(own)}/${own.prefix}`;
}

/** A MAC address out of its 48-bit number. */
function mac48(address: number): string {
  return address
    .toString(16)
    .padStart(12, "0")
    .replace(/..(?!$)/g, "$&:");
}
