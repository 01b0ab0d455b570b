import { type Command, InvalidArgumentError } from "commander";
import type { Action } from "./command.ts";
import { parseUntil } from "./run.ts";

/** The options of `netsim compare` as commander gives them. */
export interface CompareFlags {
  readonly engines?: readonly string[];
  readonly lab?: true;
  readonly until?: number;
  /** A capture. */
  readonly packets?: string;
  readonly section?: string;
  readonly hosts?: true;
  readonly json?: true;
  readonly markdown?: true;
  readonly plugin?: readonly string[];
}

/** `netsim compare A [B]`: topologies, profiles, or a program. */
export function compareCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("compare")
    .description(
      "say what two topologies, engines or policies do differently with the same traffic, or the places that take a program",
    )
    .argument("<subject>", "topology (.yaml), profile (.json, ...), program file, filter expression, or a return value")
    .argument("[other]", "another topology or profile")
    .option("--engines <names>", "engines to compare, with commas between (default: interpreter,jit)", parseEngines)
    .option("--lab", "compare the simulation with the Linux kernel of this machine, as 'netsim lab' uses it")
    .option("--until <duration>", "time at which the runs end, such as 2s or 500ms", parseUntil)
    .option("--packets <capture>", "program: the packets to run it on (default: built-in ones)")
    .option("--hosts", "two topologies: compare only what hosts send and get, not what happens between them")
    .option("--section <name>", "program: the section of an object that has several")
    .option("--plugin <module...>", "program: modules whose hooks are places too; a path begins with ./")
    .option("--json", "print the differences as JSON")
    .option("--markdown", "print them as a Markdown table")
    .addHelpText("after", HELP)
    .action((first: string, second: string | undefined, flags: CompareFlags) =>
      perform(async (terminal) => (await import("./compare-action.ts")).compareRuns(first, second, flags, terminal)),
    );
}

const HELP = `
A program, or the bare value that one returns, is put at every place that takes it: what becomes of the same packets there, why, and
what people trip over. Two profiles are compared for all calls, as by 'netsim seccomp diff'.

Of topologies packets are compared step by step, as 'netsim run --trace' tells them; each that differs is shown with the first step at which its
ways part. So are the bytes that sockets read, and what maps hold at the end. With --lab: the counters of interfaces and sockets,
answers to traffic, and maps.

Exit codes: 0 no difference or a program was compared, 1 something differs, 2 wrong usage or no kernel to use, 3 invalid topology, 4 a program was refused.

Examples:
  netsim compare before.yaml after.yaml
  netsim compare topology.yaml --engines interpreter,jit --json
  netsim compare openflow.yaml bpf.yaml --hosts
  netsim compare topology.yaml --lab
  netsim compare policies/ssh.bpf --packets capture.pcap
  netsim compare 'tcp port 22' --markdown
  netsim compare 1 --plugin ./hook.js
  netsim compare 0x30000
  netsim compare before.json after.json`;

function parseEngines(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.length < 2 || names.includes("") || new Set(names).size < names.length)
    throw new InvalidArgumentError("Name two different engines or more, as in interpreter,jit.");
  return names;
}
