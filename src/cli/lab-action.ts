import type { ExitCode } from "../errors.ts";
import { requireKernel } from "../kernel/kernel.ts";
import { runLab } from "../kernel/lab/lab.ts";
import { openTopology } from "../open-topology.ts";
import { describeLab } from "../report/lab.ts";
import { painter } from "../report/paint.ts";
import { TOKENS } from "../tokens.ts";
import type { Terminal } from "./command.ts";
import type { LabFlags } from "./lab.ts";

/** Runs a topology in the kernel and reports what came. */
export async function lab(file: string, { json, until, quiet }: LabFlags, terminal: Terminal): Promise<ExitCode> {
  const { topology, container } = await openTopology(file);
  const kernel = await requireKernel();
  const scene = await container.get(TOKENS.TopologyRunner).assemble(topology);
  try {
    const result = await runLab(topology, scene, kernel, {
      clock: terminal.clock,
      signal: terminal.interrupted,
      ...(until === undefined ? {} : { until }),
    });
    if (!quiet)
      terminal.out(
        json ? `${JSON.stringify(result, undefined, 2)}\n` : describeLab(result, painter(terminal.outColor)),
      );
    return result.exitCode;
  } finally {
    scene.close();
  }
}
