import type { ExitCode } from "../errors.ts";
import { fail } from "../errors.ts";
import { openTopology } from "../open-topology.ts";
import type { RunOptions } from "../run/run-options.ts";
import { TOKENS } from "../tokens.ts";
import type { Terminal } from "./command.ts";
import { ProgressLine } from "./progress-line.ts";
import type { RunFlags } from "./run.ts";
import { showDiagnostics } from "./show-failure.ts";
import { type TraceOutput, traceTo, traceToFile } from "./trace-output.ts";

/** Runs a topology and reports what became of its packets. */
export async function run(file: string, flags: RunFlags, terminal: Terminal): Promise<ExitCode> {
  if (flags.pcapOf !== undefined && flags.pcap === undefined)
    fail("usage", "--pcap-of needs --pcap, which says where to write.");
  const { topology, container } = await openTopology(file);
  const reporters = container.get(TOKENS.ReporterRegistry);
  const format = flags.json ? "json" : flags.report;
  const reporter = reporters.find(format);
  if (reporter === undefined)
    fail("usage", `There is no report format '${format}'.`, { hint: `There are: ${reporters.names.join(", ")}.` });

  const progress = new ProgressLine(terminal);
  const trace = openTrace(flags, format, terminal);
  try {
    const result = await container.get(TOKENS.TopologyRunner).run(topology, {
      ...optionsOf(flags),
      ...(flags.quiet ? {} : { progress: (now) => progress.update(now) }),
      ...(trace && { trace: trace.line }),
      // Looked at only once the run goes.
      get signal() {
        return terminal.interrupted;
      },
    });
    progress.clear();
    trace?.close();
    if (!flags.quiet) terminal.out(reporter.render(result, { color: terminal.outColor }));
    if (result.diagnostics.length > 0) showDiagnostics(result.diagnostics, terminal);
    return result.exitCode;
  } finally {
    progress.clear();
    trace?.close();
  }
}

function optionsOf({ seed, until, engine, pcap, pcapOf }: RunFlags): RunOptions {
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(until === undefined ? {} : { until }),
    ...(engine === undefined ? {} : { engine }),
    ...(pcap === undefined ? {} : { pcapDirectory: pcap }),
    ...(pcapOf === undefined ? {} : { pcapOf }),
  };
}

/** Without a file the trace goes before a text report; other formats keep standard output for themselves. */
function openTrace({ trace }: RunFlags, format: string, terminal: Terminal): TraceOutput | undefined {
  if (trace === undefined) return undefined;
  if (typeof trace === "string") return traceToFile(trace);
  return traceTo(format === "text" ? terminal.out : terminal.error);
}
