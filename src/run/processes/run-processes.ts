import { type Diagnostic, NetsimError } from "../../errors.ts";
import type { KernelEvents } from "../../hooks/events/kernel-events.ts";
import { SeccompMachine } from "../../hooks/seccomp/compiled-filter.ts";
import type { FilterWitness } from "../../hooks/seccomp/seen.ts";
import type { ProgramTable } from "../../programs/program-table.ts";
import type { HostModel, ProcessModel, Topology } from "../../topology/model.ts";
import { Process, type Surroundings } from "./process.ts";

/** Processes that have begun, and which sockets they could not open. */
export interface ProcessRuns {
  /** By node, then in the order of the file. */
  readonly processes: ReadonlyMap<string, readonly Process[]>;
  /** The topology without the sockets that are not there. */
  readonly topology: Topology;
}

/**
 * Begins all processes: each installs its filters, opens its sockets and makes its calls, before the first packet moves. Throws one
 * NetsimError with everything that is wrong with them.
 */
export function runProcesses(
  topology: Topology,
  programs: ProgramTable,
  engine: string,
  events: KernelEvents,
  witness?: FilterWitness,
): ProcessRuns {
  const problems: Diagnostic[] = [];
  const all = new Map<string, readonly Process[]>();
  const nodes = new Map(topology.nodes);
  const machine = engine === "jit" ? new SeccompMachine() : undefined;
  for (const node of topology.nodes.values()) {
    const host = node as HostModel;
    if (node.kind !== "host" || host.processes.size === 0) continue;
    const open = new Map(host.sockets);
    const around = { node: host.name, programs, events, ...(machine && { machine }), ...(witness && { witness }) };
    const begun = new Map<string, Process>();
    for (const model of host.processes.values()) {
      try {
        const process = begin(model, host, around, begun);
        const own = [...host.sockets.values()].filter((each) => each.process === model.name);
        for (const name of process.run(own)) open.delete(name);
      } catch (error) {
        if (!(error instanceof NetsimError)) throw error;
        problems.push(...error.diagnostics);
      }
    }
    all.set(
      host.name,
      [...host.processes.keys()].flatMap((name) => begun.get(name) ?? []),
    );
    nodes.set(host.name, { ...host, sockets: open });
  }
  if (problems.length > 0) throw new NetsimError(problems);
  return { processes: all, topology: all.size === 0 ? topology : { ...topology, nodes } };
}

/** Makes a process, after the one that it was forked from. */
function begin(model: ProcessModel, host: HostModel, around: Surroundings, begun: Map<string, Process>): Process {
  const before = begun.get(model.name);
  if (before !== undefined) return before;
  const parent = model.parent === undefined ? undefined : begin(host.processes.get(model.parent)!, host, around, begun);
  const process = new Process(model, around, parent);
  begun.set(model.name, process);
  return process;
}
