import type { Command } from "commander";
import type { Action } from "./command.ts";

/** The options of `netsim filter` as commander gives them. */
export interface FilterFlags {
  readonly read: string;
  readonly write?: string;
  readonly nano?: true;
}

/** `netsim filter EXPRESSION...`. */
export function filterCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("filter")
    .description("copy the packets of a capture of which an expression of tcpdump's filter language holds")
    .argument("[expression...]", "words of the expression (pcap-filter(7)); none: every packet")
    .requiredOption("-r, --read <file>", "capture in pcap or pcapng format; - is standard input")
    .option(
      "-w, --write <file>",
      "pcap file to write, or pcapng if its name ends so; - is standard output; without it the packets are only counted",
    )
    .option("--nano", "write times to the nanosecond, not to the microsecond as tcpdump does")
    .addHelpText("after", "\nExit codes: 0 all fine, 2 wrong usage, 3 an expression or capture that makes no sense.")
    .action((words: string[], flags: FilterFlags) =>
      perform(async (terminal) => (await import("./filter-action.ts")).filter(words.join(" "), flags, terminal)),
    );
}
