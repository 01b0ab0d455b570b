import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { openTopology } from "../../open-topology.ts";
import { TOKENS } from "../../tokens.ts";
import type { Terminal } from "../command.ts";
import type { TcObject, TcShowFlags } from "./tc.ts";

/** Runs a topology to its end and shows traffic control as it is then. */
export async function showTc(
  file: string,
  object: TcObject,
  { statistics, dev, until }: TcShowFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { topology, container } = await openTopology(file);
  const shown: { readonly label: string; readonly lines: readonly string[] }[] = [];
  const { exitCode } = await container.get(TOKENS.TopologyRunner).run(topology, {
    ...(until === undefined ? {} : { until }),
    get signal() {
      return terminal.interrupted;
    },
    atEnd: ({ network }) =>
      shown.push(...network.showTc(object, { statistics: statistics === true, namesDevice: dev === undefined })),
  });
  if (exitCode === EXIT.interrupted) return exitCode;
  const wanted =
    dev === undefined ? shown.filter(({ lines }) => lines.length > 0) : shown.filter(({ label }) => label === dev);
  if (dev !== undefined && wanted.length === 0)
    fail("usage", `There is no interface '${dev}' of a host.`, {
      hint: `There are: ${shown.map(({ label }) => label).join(", ")}.`,
    });
  for (const { label, lines } of wanted) {
    // tc knows one machine; of several each has its name before it.
    if (dev === undefined) terminal.out(`# ${label}\n`);
    terminal.out(lines.map((line) => `${line}\n`).join(""));
  }
  return EXIT.ok;
}
