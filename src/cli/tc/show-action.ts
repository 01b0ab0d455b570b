import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { openTopology } from "../../open-topology.ts";
import { TOKENS } from "../../tokens.ts";
import type { Terminal } from "../command.ts";
import type { TcObject, TcShowFlags, TcSide } from "./tc.ts";

/** Runs a topology to its end, or until it is interrupted, and shows traffic control as it is then. */
export async function showTc(
  file: string,
  object: TcObject,
  side: TcSide | undefined,
  { statistics, dev, until }: TcShowFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (side !== undefined && object !== "filter")
    fail("usage", `Only filters are shown by their side, and '${side}' is one.`, {
      hint: `Write \`filter ${side}\`, or leave it out.`,
    });
  const { topology, container } = await openTopology(file);
  const shown: { readonly label: string; readonly side?: string; readonly lines: readonly string[] }[] = [];
  const { exitCode } = await container.get(TOKENS.TopologyRunner).run(topology, {
    ...(until === undefined ? {} : { until }),
    get signal() {
      return terminal.interrupted;
    },
    atEnd: ({ network }) =>
      shown.push(...network.showTc(object, { statistics: statistics === true, namesDevice: dev === undefined }, side)),
  });
  if (dev !== undefined && !shown.some(({ label }) => label === dev))
    fail("usage", `There is no interface '${dev}' of a host.`, {
      hint: `There are: ${[...new Set(shown.map(({ label }) => label))].join(", ")}.`,
    });
  const wanted = shown.filter(({ label, lines }) => (dev === undefined || label === dev) && lines.length > 0);
  for (const { label, side: own, lines } of wanted) {
    // tc knows one machine, and is asked about one side; of several each has its name before it.
    if (dev === undefined || (object === "filter" && side === undefined))
      terminal.out(`# ${label}${own === undefined ? "" : ` ${own}`}\n`);
    terminal.out(lines.map((line) => `${line}\n`).join(""));
  }
  return exitCode === EXIT.interrupted ? exitCode : EXIT.ok;
}
