import type { LabNode, LabResult, LabTraffic } from "../kernel/lab/result.ts";
import type { Paint } from "./paint.ts";
import { formatTable } from "./table.ts";
import { describeExpectations } from "./text/expectations.ts";
import { NODE_KINDS } from "./text/nodes.ts";
import { describeProcess } from "./text/process.ts";
import { describeQdisc } from "./text/qdisc.ts";
import { count, plural, size } from "./words.ts";

/** What a topology did in the kernel, for people. */
export function describeLab(result: LabResult, paint: Paint): string {
  const { topology, kernel, time, nodes, traffic, skipped } = result;
  const parts = [
    [`${paint.bold(topology.name)}  in Linux ${kernel}, ${(time / 1e9).toFixed(3)} s`],
    ...nodes.map((node) => describeNode(node, paint)),
    traffic.length === 0 ? [] : [paint.bold("Traffic"), ...formatTable(traffic.map(trafficRow))],
    describeExpectations(result, paint),
    skipped.length === 0 ? [] : [paint.bold("Left out"), ...skipped.map(({ what, why }) => `  ${what}: ${why}`)],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function describeNode({ name, kind, interfaces, sockets, processes = [] }: LabNode, paint: Paint): string[] {
  return [
    paint.bold(`${NODE_KINDS[kind] ?? kind} ${name}`),
    ...formatTable(
      interfaces.map((device) => [
        device.name,
        `sent ${count(device.sent)} (${size(device.sentBytes)})`,
        `received ${count(device.received)} (${size(device.receivedBytes)})`,
      ]),
    ),
    ...interfaces.flatMap((device) =>
      device.qdisc === undefined ? [] : describeQdisc(device.name, device.qdisc, paint),
    ),
    ...sockets.map((socket) => {
      const filters = socket.programs.length === 0 ? "no filter" : `filter ${socket.programs.join(", ")}`;
      const packets = socket.received === undefined ? "" : `${plural(socket.received, "packet")}, `;
      return `  ${paint.cyan(`socket ${socket.name}`)}  ${socket.kind}, ${filters}: received ${packets}${size(socket.receivedBytes)}`;
    }),
    ...processes.flatMap((process) => describeProcess(process, paint)),
  ];
}

function trafficRow({ sent, description, answered, refused }: LabTraffic): string[] {
  const answers = answered === undefined ? "" : `, ${count(answered)} answered in full`;
  const failures = refused.map(({ errno, items }) => `, ${count(items)} refused with errno ${errno}`).join("");
  return [count(sent), `${description}${answers}${failures}`];
}
