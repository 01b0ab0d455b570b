import type { LabCall, LabProcessResult } from "../kernel/lab/lab-processes.ts";
import type { LabResult } from "../kernel/lab/result.ts";
import type { ProcessResult, QdiscResult, QueueResult, RunResult } from "../run/result.ts";
import type { OtherDifference } from "./differences.ts";

/** A simulated run beside the same topology in a kernel. */
export interface LabComparison {
  /** Counters and entries of maps that both tell. */
  readonly compared: number;
  readonly differences: readonly OtherDifference[];
  /** Names of sockets whose programs the kernel did not have. */
  readonly leftOut: readonly string[];
}

type Told = Map<string, string>;

/** Compares interfaces, sockets, answers to traffic and maps. */
export function compareWithLab(run: RunResult, lab: LabResult): LabComparison {
  const leftOut = socketsWithoutPrograms(lab);
  const [simulated, real] = [simulatedCounters(run), realCounters(lab)];
  const differences: OtherDifference[] = [];
  let compared = 0;
  for (const [what, second] of real) {
    if (leftOut.some((label) => what.startsWith(`socket ${label} `))) continue;
    compared++;
    const first = simulated.get(what) ?? "absent";
    if (first !== second) differences.push({ what, first, second });
  }
  for (const [what, first] of simulated)
    if (what.startsWith("map ") && !real.has(what)) differences.push({ what, first, second: "absent" });
  return { compared, differences, leftOut };
}

function socketsWithoutPrograms({ skipped }: LabResult): string[] {
  return skipped.flatMap(({ what }) => /^program .* at (.*)$/.exec(what)?.[1] ?? []);
}

function simulatedCounters({ nodes, traffic, maps }: RunResult): Told {
  const told: Told = new Map();
  for (const node of nodes) {
    for (const device of node.interfaces) addInterface(told, `${node.name}:${device.name}`, device);
    for (const { name, received, receivedBytes } of node.sockets)
      addCounters(told, `socket ${node.name}/${name}`, { received, receivedBytes });
    addProcesses(told, node);
  }
  addShared(told, { traffic, maps });
  return told;
}

function realCounters({ nodes, traffic, maps }: LabResult): Told {
  const told: Told = new Map();
  for (const node of nodes) {
    for (const device of node.interfaces) addInterface(told, `${node.name}:${device.name}`, device);
    for (const socket of node.sockets) addCounters(told, `socket ${node.name}/${socket.name}`, socket);
    addProcesses(told, node);
  }
  addShared(told, { traffic, maps });
  return told;
}

function addInterface(told: Told, label: string, device: { readonly qdisc?: QdiscResult }): void {
  addCounters(told, `interface ${label}`, device);
  // How often a packet had to wait, and how many wait at the end, is a matter of the moment.
  const sent = ({ packets, bytes, dropped }: QueueResult) => ({ packets, bytes, dropped });
  if (device.qdisc === undefined) return;
  addCounters(told, `qdisc ${label}`, sent(device.qdisc));
  for (const one of device.qdisc.classes) addCounters(told, `class ${label}/${one.classid}`, sent(one));
}

/** What became of processes, of the sockets that they open, and of each of their calls. */
function addProcesses(told: Told, { name: node, processes = [] }: Processes): void {
  for (const { name, sockets, calls, ended } of processes) {
    const label = `process ${node}/${name}`;
    told.set(`${label} ended`, ended === null ? "none" : ended);
    for (const { name: socket, open, calls: opening } of sockets) {
      told.set(`${label} socket ${socket} open`, String(open));
      for (const [i, call] of opening.entries()) addCall(told, `${label} socket ${socket} ${call.call}[${i}]`, call);
    }
    for (const [i, call] of calls.entries()) addCall(told, `call ${node}/${name}[${i}]`, call);
  }
}

interface Processes {
  readonly name: string;
  readonly processes?: readonly LabProcessResult[] | readonly ProcessResult[];
}

function addCall(told: Told, label: string, { outcome, value, errno, signal }: LabCall): void {
  told.set(`${label} outcome`, outcome);
  // Of calls that open sockets the simulation gives descriptors.
  for (const [key, word] of Object.entries({ errno, signal, ...(!label.includes(" socket ") && { value }) }))
    if (word !== undefined) told.set(`${label} ${key}`, word);
}

function addShared(told: Told, { traffic, maps }: Pick<RunResult, "traffic"> & Pick<LabResult, "maps">): void {
  for (const [i, { description, sent, answered }] of traffic.entries())
    addCounters(told, `traffic ${i + 1} (${description})`, { sent, ...(answered === undefined ? {} : { answered }) });
  for (const { name, entries } of maps)
    for (const { key, value } of entries) told.set(`map ${name} key ${JSON.stringify(key)}`, JSON.stringify(value));
}

function addCounters(told: Told, what: string, counters: object): void {
  for (const [name, value] of Object.entries(counters))
    if (typeof value === "number") told.set(`${what} ${name}`, String(value));
}
