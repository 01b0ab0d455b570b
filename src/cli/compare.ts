import { type Command, InvalidArgumentError } from "commander";
import type { Action } from "./command.ts";
import { parseUntil } from "./run.ts";

/** The options of `netsim compare` as commander gives them. */
export interface CompareFlags {
  readonly engines?: readonly string[];
  readonly lab?: true;
  readonly until?: number;
  readonly json?: true;
  readonly markdown?: true;
}

/** `netsim compare A [B]`. */
export function compareCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("compare")
    .description(
      "say what two topologies, two engines, or the simulation and Linux do differently with the same traffic",
    )
    .argument("<topology>", "YAML file, as for 'netsim run'")
    .argument("[other]", "another one, with the same traffic")
    .option("--engines <names>", "engines to compare, with commas between (default: interpreter,jit)", parseEngines)
    .option("--lab", "compare the simulation with the Linux kernel of this machine, as 'netsim lab' uses it")
    .option("--until <duration>", "time at which the runs end, such as 2s or 500ms", parseUntil)
    .option("--json", "print the differences as JSON")
    .option("--markdown", "print them as a Markdown table")
    .addHelpText("after", HELP)
    .action((first: string, second: string | undefined, flags: CompareFlags) =>
      perform(async (terminal) => (await import("./compare-action.ts")).compareRuns(first, second, flags, terminal)),
    );
}

const HELP = `
Packets are compared step by step, as 'netsim run --trace' tells them; each that differs is shown with the first step at which its
ways part. So are the bytes that sockets read, and what maps hold at the end. With --lab: the counters of interfaces and sockets,
answers to traffic, and maps.

Exit codes: 0 no difference, 1 something differs, 2 wrong usage or no kernel to use, 3 invalid topology, 4 a program was refused.

Examples:
  netsim compare before.yaml after.yaml
  netsim compare topology.yaml --engines interpreter,jit --json
  netsim compare topology.yaml --lab`;

function parseEngines(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.length < 2 || names.includes("") || new Set(names).size < names.length)
    throw new InvalidArgumentError("Name two different engines or more, as in interpreter,jit.");
  return names;
}
