import type { Command } from "commander";
import type { Action } from "../command.ts";

/** `netsim init [DIR]`. */
export function initCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("init")
    .description("write a topology, a program and a test of it to start from")
    .argument("[directory]", "where to; it is made if it is not there", ".")
    .addHelpText("after", HELP)
    .action((directory: string) =>
      perform(async (terminal) => (await import("./init-action.ts")).writeStarter(directory, terminal)),
    );
}

const HELP = `
Files that are there already are not overwritten: then nothing is written.

Exit codes: 0 written, 3 a file is there already or cannot be written.

Examples:
  netsim init
  netsim init first-network
  netsim init ../another-network`;
