import { EXIT, type ExitCode } from "../errors.ts";
import type { RunOptions } from "../run/run-options.ts";
import type { TopologyRunner } from "../run/topology-runner.ts";
import type { Topology } from "../topology/model.ts";
import { type Differences, differencesOf } from "./differences.ts";
import { Recording } from "./recording.ts";

/** One of the runs that are compared. */
export interface Contestant {
  /** What it is called: a file or an engine. */
  readonly name: string;
  readonly topology: Topology;
  readonly runner: TopologyRunner;
  readonly options: RunOptions;
  /** Only what hosts see is compared, and no maps: what is between them may be made in another way. */
  readonly onlyHosts?: boolean;
}

/** Two runs side by side. */
export interface Comparison extends Differences {
  readonly first: string;
  readonly second: string;
  /** Packets of the first run. */
  readonly compared: number;
}

export interface ComparisonResult {
  readonly comparisons: readonly Comparison[];
  /** What the command exits with: 0, or 1 where something differs. */
  readonly exitCode: ExitCode;
}

/** Runs all and compares each with the first. Rejects with a NetsimError as runs do. */
export async function compare([first, ...others]: readonly Contestant[]): Promise<ComparisonResult> {
  const reference = await record(first!);
  const comparisons: Comparison[] = [];
  for (const other of others) {
    const recording = await record(other);
    comparisons.push({
      first: reference.name,
      second: recording.name,
      compared: reference.packets.size,
      ...differencesOf(reference, recording),
    });
  }
  const isSame = comparisons.every(({ packets, others: rest }) => packets.length === 0 && rest.length === 0);
  return { comparisons, exitCode: isSame ? EXIT.ok : EXIT.expectationFailed };
}

async function record({ name, topology, runner, options, onlyHosts }: Contestant): Promise<Recording> {
  const hosts = [...topology.nodes.values()].filter(({ kind }) => kind === "host").map((node) => node.name);
  const recording = new Recording(name, onlyHosts === true ? new Set(hosts) : undefined);
  recording.result = await runner.run(topology, { ...options, watcher: recording });
  return recording;
}
