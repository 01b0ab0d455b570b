import { openTopology } from "./open-topology.ts";
import type { RunResult } from "./run/result.ts";
import type { RunOptions } from "./run/run-options.ts";
import { TOKENS } from "./tokens.ts";

/**
 * Runs a topology file and resolves to what `netsim run --json` prints. Failed expectations are part of the result
 * (`exitCode` 1); a topology, capture or program that cannot be used rejects with a NetsimError.
 */
export async function runTopology(file: string, options: RunOptions = {}): Promise<RunResult> {
  const { topology, container } = await openTopology(file);
  return container.get(TOKENS.TopologyRunner).run(topology, options);
}
