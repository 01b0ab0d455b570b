import { ProgramTextError } from "../bpf/program-text-error.ts";
import { EXIT, type ExitCode, fail } from "../errors.ts";
import { openTopology } from "../open-topology.ts";
import { painter } from "../report/paint.ts";
import { describeWay } from "../report/way.ts";
import { TOKENS } from "../tokens.ts";
import { PacketSearch, PacketWatch } from "../way/packet-way.ts";
import { RecordingRunner } from "../way/recording-runner.ts";
import { CaptureFilters } from "./capture-filters.ts";
import type { Terminal } from "./command.ts";
import { failWithExpression } from "./expression-problems.ts";
import type { TraceFlags } from "./trace.ts";

/** The engine that records, within its run. */
const RECORDING = "interpreter with a record";

/** Follows packets: one of them by its number, or those that a filter finds in a run before. */
export async function tracePackets(file: string, flags: TraceFlags, terminal: Terminal): Promise<ExitCode> {
  const runner = new RecordingRunner();
  const engine = { name: RECORDING, description: "keeps what programs do", open: async () => runner };
  const { topology, container } = await openTopology(file, [{ name: "trace", engines: [engine] }]);
  const runs = container.get(TOKENS.TopologyRunner);
  const options = { signal: terminal.interrupted, ...(flags.until !== undefined && { until: flags.until }) };
  let chosen: Iterable<number> = flags.packet === undefined ? [] : [flags.packet];
  if (flags.match !== undefined) {
    const search = new PacketSearch(flags.limit, acceptedBy(flags.match));
    await runs.run(topology, { ...options, watcher: search });
    if (search.found.size === 0 && options.signal.aborted) return EXIT.interrupted;
    if (search.found.size === 0) fail("usage", `No packet of the run matches '${flags.match}'.`);
    chosen = search.found;
  }
  const watch = new PacketWatch(chosen, runner, container.get(TOKENS.HookRegistry));
  const { packets: totals } = await runs.run(topology, { ...options, watcher: watch, engine: RECORDING });
  const ways = [...watch.ways.values()];
  if (ways.some(({ steps }) => steps.length === 0)) {
    if (options.signal.aborted) return EXIT.interrupted;
    fail("usage", `The run has no packet ${flags.packet}; it made ${totals.created}.`);
  }
  if (flags.json) terminal.out(`${JSON.stringify(ways, undefined, 2)}\n`);
  else terminal.out(ways.map((way) => describeWay(way, painter(terminal.outColor))).join("\n"));
  return options.signal.aborted ? EXIT.interrupted : EXIT.ok;
}

/** Whether the expression accepts a frame. Throws a NetsimError where it makes no sense. */
function acceptedBy(expression: string): ConstructorParameters<typeof PacketSearch>[1] {
  const filters = new CaptureFilters(expression);
  const run = (linkType: number) => {
    try {
      return filters.for({ linkType, byteOrder: "little" });
    } catch (error) {
      if (!(error instanceof ProgramTextError)) throw error;
      return failWithExpression(error);
    }
  };
  return (bytes, at, length, linkType) => run(linkType)(bytes, at, length, length) !== 0;
}
