import type { Command } from "commander";
import type { Action } from "./command.ts";
import { parseUntil } from "./run.ts";

/** The options of `netsim lab` as commander gives them. */
export interface LabFlags {
  readonly json?: true;
  readonly until?: number;
  readonly quiet?: true;
}

/** `netsim lab TOPOLOGY`. */
export function labCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("lab")
    .description("run a topology in the Linux kernel of this machine: namespaces, cables, bridges, sockets, filters")
    .argument("<topology>", "YAML file, as for 'netsim run'")
    .option("--json", "print the result as JSON")
    .option(
      "--until <duration>",
      "time at which the lab ends, such as 2s (default: the topology's, or when it is quiet)",
      parseUntil,
    )
    .option("--quiet", "no report: only the exit code, and what is wrong")
    .addHelpText("after", HELP)
    .action((topology: string, flags: LabFlags) =>
      perform(async (terminal) => (await import("./lab-action.ts")).lab(topology, flags, terminal)),
    );
}

const HELP = `
Needs Linux, root, iproute2 and the optional package koffi. Time is real: a topology of two seconds takes two seconds. Packets stay
in network namespaces that have no name and that end with the command, however it ends. What this kernel cannot do, or does not
tell, is listed under "Left out".

Exit codes: 0 all fine, 1 an expectation failed, 2 wrong usage or no kernel to use, 3 invalid topology, 4 a program was
refused, 130 interrupted.`;
