import type { Command } from "commander";
import type { Action } from "../command.ts";
import { type SourceFlags, sourceOptions } from "./source-options.ts";

/** `netsim ovs trace [TOPOLOGY] [BRIDGE] FLOW`. */
export function traceFlowCommand(program: Command, perform: (action: Action) => void): void {
  const command = program
    .command("trace")
    .description("print the way of a packet through the OpenFlow tables, as ofproto/trace does")
    .argument("<words...>", "[TOPOLOGY [BRIDGE]] FLOW, such as 'in_port=1,tcp,tp_dst=80'");
  sourceOptions(command).action((words: readonly string[], flags: SourceFlags) =>
    perform(async (terminal) => (await import("./ovs-action.ts")).trace(words, flags, terminal)),
  );
}
