import type { NodeResult, QdiscResult, QueueResult, RunResult, SocketResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { count, plural, size } from "../words.ts";

/** Hosts and bridges: their interfaces, and what each socket got. */
export function describeNodes({ nodes }: RunResult, paint: Paint): string[] {
  return nodes.flatMap((node, i) => [...(i === 0 ? [] : [""]), ...describeNode(node, paint)]);
}

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
    paint.bold(`${node.kind === "bridge" ? "Bridge" : "Host"} ${node.name}`),
    ...formatTable(interfaces),
    ...queues,
    ...sockets,
    ...(learnt.length === 0 ? [] : [`  knows ${plural(learnt.length, "address", "addresses")}: ${learntList(node)}`]),
  ];
}

/** A device's queue, and its classes as far as they have seen packets. */
function describeQdisc(device: string, { kind, handle, classes, ...own }: QdiscResult, paint: Paint): string[] {
  const used = classes.filter(({ packets, dropped, queued }) => packets + dropped + queued > 0);
  const unused = classes.length - used.length;
  return [
    `  ${paint.cyan(`qdisc ${device}`)}  ${kind} ${handle}, ${describeQueue(own).join(", ")}`,
    ...formatTable(used.map(({ classid, ...queue }) => [`  class ${classid}`, ...describeQueue(queue)])),
    ...(unused > 0 && used.length > 0 ? [`    ${plural(unused, "class", "classes")} without packets`] : []),
  ];
}

function describeQueue({ packets, bytes, dropped, queued }: QueueResult): string[] {
  const waiting = queued === 0 ? [] : [`${count(queued)} waiting`];
  return [`sent ${count(packets)} (${size(bytes)})`, `dropped ${count(dropped)}`, ...waiting];
}

/** Enough of the table to see that it is right. */
function learntList({ learnt = [] }: NodeResult): string {
  const shown = learnt.slice(0, 4).map(({ address, port }) => `${address} behind ${port}`);
  return shown.join(", ") + (learnt.length > shown.length ? ", ..." : "");
}

function describeSocket(socket: SocketResult, paint: Paint): string[] {
  const { name, kind, bound, programs, seen, received, receivedBytes, trimmed, dropped } = socket;
  const filters = programs.length === 0 ? "no filter" : `filter ${programs.join(", ")}`;
  const outcome =
    programs.length === 0
      ? `received ${count(received)} (${size(receivedBytes)})`
      : `saw ${plural(seen, "packet")}: received ${count(received)} (${size(receivedBytes)}), the filter kept out ${count(dropped)}, shortened ${count(trimmed)}`;
  return [`  ${paint.cyan(`socket ${name}`)}  ${kind}, ${bound}, ${filters}`, `    ${outcome}`];
}
