import type { NodeResult, RunResult, SocketResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { count, plural, size } from "../words.ts";
import { describeProcess } from "./process.ts";
import { describeQdisc } from "./qdisc.ts";
import { describeSwitch } from "./switch.ts";

/** Hosts and bridges: their interfaces, and what each socket got. */
export function describeNodes({ nodes }: RunResult, paint: Paint): string[] {
  return nodes.flatMap((node, i) => [...(i === 0 ? [] : [""]), ...describeNode(node, paint)]);
}

/** What a kind of node is called. */
export const NODE_KINDS: Readonly<Record<string, string>> = { bridge: "Bridge", host: "Host", ovs: "Open vSwitch" };

function describeNode(node: NodeResult, paint: Paint): string[] {
  const interfaces = node.interfaces.map(({ name, addresses, sent, sentBytes, received, receivedBytes }) => [
    name,
    addresses.join(" "),
    `sent ${count(sent)} (${size(sentBytes)})`,
    `received ${count(received)} (${size(receivedBytes)})`,
  ]);
  const queues = node.interfaces.flatMap(({ name, qdisc }) =>
    qdisc === undefined ? [] : describeQdisc(name, qdisc, paint),
  );
  const sockets = node.sockets.flatMap((socket) => describeSocket(socket, paint));
  const learnt = node.learnt ?? [];
  return [
    paint.bold(`${NODE_KINDS[node.kind] ?? node.kind} ${node.name}`),
    ...formatTable(interfaces),
    ...queues,
    ...sockets,
    ...(node.switch === undefined ? [] : describeSwitch(node.switch, paint)),
    ...(node.processes ?? []).flatMap((process) => describeProcess(process, paint)),
    ...(learnt.length === 0 ? [] : [`  knows ${plural(learnt.length, "address", "addresses")}: ${learntList(node)}`]),
  ];
}

/** Enough of the table to see that it is right. */
function learntList({ learnt = [] }: NodeResult): string {
  const shown = learnt.slice(0, 4).map(({ address, port }) => `${address} behind ${port}`);
  return shown.join(", ") + (learnt.length > shown.length ? ", ..." : "");
}

function describeSocket(socket: SocketResult, paint: Paint): string[] {
  const { name, kind, bound, programs, seen, received, receivedBytes, trimmed, dropped, served } = socket;
  const filters = programs.length === 0 ? "no filter" : `filter ${programs.join(", ")}`;
  const outcome =
    programs.length === 0
      ? `received ${count(received)} (${size(receivedBytes)})`
      : `saw ${plural(seen, "packet")}: received ${count(received)} (${size(receivedBytes)}), the filter kept out ${count(dropped)}, shortened ${count(trimmed)}`;
  return [
    `  ${paint.cyan(`socket ${name}`)}  ${kind}, ${bound}, ${filters}`,
    `    ${outcome}${served === undefined ? "" : `, served ${count(served)}`}`,
  ];
}
