import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../topology/quantity/duration.ts";
import { QuantityError } from "../topology/quantity/quantity.ts";
import type { Action } from "./command.ts";

/** The options of `netsim run` as commander gives them. */
export interface RunFlags {
  readonly json?: true;
  readonly report: string;
  readonly engine?: string;
  readonly seed?: bigint;
  readonly until?: number;
  readonly pcap?: string;
  readonly pcapOf?: string[];
  readonly trace?: string | true;
  readonly quiet?: true;
}

/** `netsim run TOPOLOGY`. */
export function runCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("run")
    .description("run a topology and report what became of its packets")
    .argument("<topology>", "YAML file that describes the network, the programs, the traffic and what should come out")
    .option("--json", "print the whole result as JSON: the same as --report json")
    .addOption(new Option("--report <format>", "format of the result: text, json or a plugin's").default("text"))
    .option("--engine <name>", "what runs the programs (default: interpreter)")
    .option("--seed <number>", "seed of everything random, instead of the topology's", parseSeed)
    .option("--until <duration>", "simulated time at which the run ends, such as 2s or 500ms", parseUntil)
    .option("--pcap <directory>", "write what sockets received and interfaces carried, a pcap file for each")
    .option("--pcap-of <names...>", "with --pcap: only these, named as in the report (server/sniffer, server:eth0)")
    .option("--trace [file]", "write a line for each step of each packet (default: before the report)")
    .option("--quiet", "no progress line and no report: only the exit code, and what is wrong")
    .addHelpText("after", EXIT_CODES)
    .action((topology: string, flags: RunFlags) =>
      perform(async (terminal) => (await import("./run-action.ts")).run(topology, flags, terminal)),
    );
}

const EXIT_CODES = `
Exit codes: 0 all fine, 1 an expectation failed, 2 wrong usage, 3 invalid topology or capture,
4 a program was refused, 70 a bug in netsim, 130 interrupted.`;

function parseSeed(text: string): bigint {
  if (!/^-?(\d+|0x[\da-f]+)$/i.test(text)) throw new InvalidArgumentError("A seed is a whole number.");
  return text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text);
}

/** Nanoseconds of a duration on the command line. */
export function parseUntil(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof QuantityError) throw new InvalidArgumentError(`${error.message} ${error.hint}`);
    throw error;
  }
}
