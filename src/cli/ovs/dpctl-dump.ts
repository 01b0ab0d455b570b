import type { Command } from "commander";
import type { Action } from "../command.ts";
import { parseUntil } from "../run.ts";

/** The options of `netsim ovs dpctl-dump` as commander gives them. */
export interface DpctlDumpFlags {
  readonly until?: number;
}

/** `netsim ovs dpctl-dump TOPOLOGY [BRIDGE]`. */
export function dpctlDumpCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("dpctl-dump")
    .description("print the megaflows that a topology's run has left in a switch's datapath, as ovs-dpctl does")
    .argument("<topology>", "YAML file")
    .argument("[bridge]", "which of its switches")
    .option("--until <duration>", "look at the topology at this simulated time", parseUntil)
    .action((topology: string, bridge: string | undefined, flags: DpctlDumpFlags) =>
      perform(async (terminal) => (await import("./ovs-action.ts")).megaflows([topology, bridge], flags, terminal)),
    );
}
