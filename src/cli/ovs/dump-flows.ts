import type { Command } from "commander";
import type { Action } from "../command.ts";
import { type SourceFlags, sourceOptions } from "./source-options.ts";

/** The options of `netsim ovs dump-flows` as commander gives them. */
export interface DumpFlowsFlags extends SourceFlags {
  /** False: --no-stats was given. */
  readonly stats: boolean;
}

/** `netsim ovs dump-flows [TOPOLOGY] [BRIDGE]`. */
export function dumpFlowsCommand(program: Command, perform: (action: Action) => void): void {
  const command = program
    .command("dump-flows")
    .description("print the flows of a switch's OpenFlow tables as ovs-ofctl does")
    .argument("[topology]", "YAML file; left out where --flows is given")
    .argument("[bridge]", "which of its switches")
    .option("--no-stats", "without counters and ages");
  sourceOptions(command).action((topology: string | undefined, bridge: string | undefined, flags: DumpFlowsFlags) =>
    perform(async (terminal) => (await import("./ovs-action.ts")).flows([topology, bridge], flags, terminal)),
  );
}
