import { Bridge } from "../network/bridge.ts";
import type { Interface } from "../network/interface.ts";
import type { Link, Node } from "../network/network.ts";
import type { DeviceQueue } from "../network/qdisc/device-queue.ts";
import type { Socket } from "../network/socket/socket.ts";
import { formatMac } from "../packet/address.ts";
import type { StopReason } from "../simulation/simulation.ts";
import { formatAddress } from "../topology/address-with-prefix.ts";
import type { AddressModel, Topology } from "../topology/model.ts";
import { formatClassid } from "../topology/quantity/classid.ts";
import type { Scene } from "./assemble.ts";
import { describeBinding } from "./describe-binding.ts";
import type {
  InterfaceResult,
  LinkResult,
  MapResult,
  NodeResult,
  PacketTotals,
  ProgramResult,
  QdiscResult,
  RunResult,
  SocketResult,
} from "./result.ts";
import { SCHEMA_VERSION } from "./result.ts";

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
    nodes: [...network.nodes.values()].map((node) => nodeResult(node, network.sockets)),
    links: network.links.map(linkResult),
    traffic: sources.map(({ kind, description, sent, answered }) => ({
      kind,
      description,
      sent,
      ...(answered === undefined ? {} : { answered }),
    })),
    diagnostics: sources.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  };
}

function programResult(name: string, { programs, attachments }: Scene): ProgramResult {
  const slot = programs.get(name);
  return {
    name,
    type: slot.type,
    instructions: slot.instructions,
    replaced: slot.replaced,
    attachments: attachments
      .filter(({ attachment }) => attachment.slot === slot)
      .map(({ where, attachment }) => ({
        hook: attachment.hook.name,
        where,
        runs: attachment.runs,
        ...attachment.counts(),
      })),
  };
}

function mapResults({ maps, mapSteps }: Scene): MapResult[] {
  return [...maps.models].map(({ name, type, key, value, maxEntries }) => {
    const dumps = mapSteps.dumps.get(name);
    return {
      name,
      type,
      keySize: key.size,
      valueSize: value.size,
      maxEntries,
      entries: [...maps.entries(name)],
      ...(dumps && { dumps }),
    };
  });
}

function nodeResult(node: Node, sockets: readonly Socket[]): NodeResult {
  const isBridge = node instanceof Bridge;
  return {
    name: node.name,
    kind: isBridge ? "bridge" : "host",
    interfaces: [...node.interfaces.values()].map(interfaceResult),
    sockets: sockets.filter(({ host }) => host === node.name).map(socketResult),
    ...(isBridge && { learnt: [...node.learnt()].map(({ address, port }) => ({ address: mac48(address), port })) }),
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
  queue,
}: Interface): InterfaceResult {
  return {
    name,
    mac: formatMac(mac),
    addresses: addresses.map(formatPrefix),
    sent,
    sentBytes,
    received,
    receivedBytes,
    ...(queue && { qdisc: qdiscResult(queue) }),
  };
}

function qdiscResult({ kind, handle, qdisc }: DeviceQueue): QdiscResult {
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

function socketResult({ model, attachments, counts }: Socket): SocketResult {
  return {
    name: model.name,
    kind: model.kind,
    bound: describeBinding(model),
    programs: attachments.map(({ slot }) => slot.name),
    ...counts,
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
