import type { Command } from "commander";
import type { Action } from "../command.ts";
import { type SourceFlags, sourceOptions } from "./source-options.ts";

/** `netsim ovs dump-meters [TOPOLOGY] [BRIDGE]`. */
export function dumpMetersCommand(program: Command, perform: (action: Action) => void): void {
  const command = program
    .command("dump-meters")
    .description("print the meters of a switch as ovs-ofctl does")
    .argument("[topology]", "YAML file; left out where --flows is given")
    .argument("[bridge]", "which of its switches");
  sourceOptions(command).action((topology: string | undefined, bridge: string | undefined, flags: SourceFlags) =>
    perform(async (terminal) => (await import("./ovs-action.ts")).meters([topology, bridge], flags, terminal)),
  );
}
