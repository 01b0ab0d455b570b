import type { Command } from "commander";
import type { Action } from "./command.ts";

/** The options of `netsim lint` as commander gives them. */
export interface LintFlags {
  readonly json?: true;
}

/** `netsim lint TOPOLOGY`. */
export function lintCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("lint")
    .description("say what of a topology's programs and queues loads but does not do what people mean")
    .argument("<topology>", "YAML file, as for 'netsim run'")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", HELP)
    .action((file: string, flags: LintFlags) =>
      perform(async (terminal) => (await import("./lint-action.ts")).lintTopology(file, flags, terminal)),
    );
}

const HELP = `
Exit codes: 0 nothing found, 1 something was, 2 wrong usage, 3 invalid topology, 4 a program was refused.

Examples:
  netsim lint topologies/quickstart.yaml
  netsim lint topologies/traffic-shaping.yaml
  netsim lint topologies/direct-action.yaml --json`;
