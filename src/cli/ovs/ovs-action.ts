import { EXIT, type ExitCode, fail } from "../../errors.ts";
import {
  bridgeOf,
  bridgeOfFiles,
  dumpFlows,
  dumpGroups,
  dumpMegaflows,
  dumpMeters,
  traceFlow,
} from "../../network/ovs/inspect.ts";
import { openTopology } from "../../open-topology.ts";
import { printable } from "../../report/printable.ts";
import { TOKENS } from "../../tokens.ts";
import { readInput } from "../bpf/program-file.ts";
import type { Terminal } from "../command.ts";
import { showDiagnostics } from "../show-failure.ts";
import type { DumpFlowsFlags } from "./dump-flows.ts";
import type { SourceFlags } from "./source-options.ts";

/** Names on the command line: a topology, and a switch in it. */
type Names = readonly [topology: string | undefined, bridge: string | undefined];
type Bridge = ReturnType<typeof bridgeOf>;
type Switch = Parameters<typeof bridgeOf>[0];

const PORTS = Array.from({ length: 8 }, (_, i) => `p${i + 1}`);

export async function flows(names: Names, flags: DumpFlowsFlags, terminal: Terminal): Promise<ExitCode> {
  return show(names, flags, terminal, (bridge, now) => dumpFlows(bridge, now, flags.stats));
}

export async function groups(names: Names, flags: SourceFlags, terminal: Terminal): Promise<ExitCode> {
  return show(names, flags, terminal, dumpGroups);
}

export async function meters(names: Names, flags: SourceFlags, terminal: Terminal): Promise<ExitCode> {
  return show(names, flags, terminal, dumpMeters);
}

export async function trace(words: readonly string[], flags: SourceFlags, terminal: Terminal): Promise<ExitCode> {
  const flow = words.at(-1)!;
  const [topology, bridge, ...more] = words.slice(0, -1);
  if (more.length > 0) fail("usage", "Too many words: [TOPOLOGY [BRIDGE]] FLOW is expected.");
  return show([topology, bridge], flags, terminal, (made, now) => traceFlow(made, flow, now));
}

/** Prints the megaflows that a run has left. */
export async function megaflows(
  [topology, name]: Names,
  flags: Pick<SourceFlags, "until">,
  terminal: Terminal,
): Promise<ExitCode> {
  return look(topology!, name, flags, terminal, dumpMegaflows);
}

/** Prints something of a bridge, from wherever it is taken. */
async function show(
  [topology, name]: Names,
  flags: SourceFlags,
  terminal: Terminal,
  text: (bridge: Bridge, now: number) => string,
): Promise<ExitCode> {
  if (topology !== undefined) {
    if (flags.flows !== undefined) fail("usage", "Either a topology or --flows is expected, not both.");
    return look(topology, name, flags, terminal, (found, now) => text(bridgeOf(found), now));
  }
  if (flags.flows === undefined) fail("usage", "A topology, or --flows with a file of flows, is expected.");
  const listing = (file: string) => {
    const { name: shown, bytes } = readInput(file, terminal);
    return { file: shown, text: Buffer.from(bytes).toString("utf8") };
  };
  const { bridge, warnings } = bridgeOfFiles({
    name: "br0",
    ports: flags.ports ?? PORTS,
    flows: listing(flags.flows),
    groups: flags.groups === undefined ? undefined : listing(flags.groups),
    meters: flags.meters === undefined ? undefined : listing(flags.meters),
  });
  if (warnings.length > 0) showDiagnostics(warnings, terminal);
  terminal.out(lines(text(bridge, 0)));
  return EXIT.ok;
}

/** Runs a topology and prints something of one of its switches. */
async function look(
  file: string,
  name: string | undefined,
  { until }: Pick<SourceFlags, "until">,
  terminal: Terminal,
  text: (found: Switch, now: number) => string,
): Promise<ExitCode> {
  const { topology, container } = await openTopology(file);
  const options = { ...(until !== undefined && { until }), signal: terminal.interrupted };
  const shown = await container.get(TOKENS.TopologyRunner).runAndLook(topology, options, ({ network, world }) => {
    const { switches } = network;
    const found = name === undefined ? switches[0] : switches.find((one) => one.name === name);
    const there = switches.map((one) => one.name).join(", ");
    if (found === undefined)
      fail("usage", name === undefined ? `${file} has no Open vSwitch.` : `There is no switch '${name}' in ${file}.`, {
        ...(there !== "" && { hint: `There are: ${there}.` }),
      });
    if (name === undefined && switches.length > 1)
      fail("usage", `${file} has more than one switch.`, { hint: `Name one of them: ${there}.` });
    // Rules are told of their packets late.
    found.datapath.settle();
    return text(found, world.simulation.now);
  });
  terminal.out(lines(shown));
  return EXIT.ok;
}

/** Names in a file may hold anything. */
function lines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
