import { type Command, Option } from "commander";
import type { Action } from "../command.ts";
import { linkTypeOption, type SOCKETS, socketOption } from "./compile.ts";

/** The options of `netsim bpf explain` as commander gives them. */
export interface ExplainFlags {
  readonly dlt: number;
  /** False: -O was given. */
  readonly optimize: boolean;
  readonly kernelVlan?: true;
  readonly socket?: keyof typeof SOCKETS;
  readonly program?: string;
  readonly html?: string;
}

/** `netsim bpf explain EXPRESSION...`. */
export function explainCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("explain")
    .description(
      "tell in words, and draw, what an expression of tcpdump's filter language or a classic program accepts",
    )
    .argument("[expression...]", "words of the expression (pcap-filter(7)); none: every packet")
    .addOption(
      new Option(
        "--program <file>",
        "explain a classic program, in any of its forms, instead of an expression; - is standard input",
      ),
    )
    .option("--html <file>", "draw the decisions as a page that needs nothing else")
    .addOption(linkTypeOption())
    .option("-O, --no-optimize", "explain the program as it is generated")
    .option("--kernel-vlan", "the kernel has taken VLAN tags out of the packets, as it has for sockets")
    .addOption(socketOption())
    .addHelpText(
      "after",
      "\nExit codes: 0 all fine, 2 wrong usage, 3 an expression that makes no sense, 4 a program that is refused.",
    )
    .action((words: string[], flags: ExplainFlags) =>
      perform(async (terminal) =>
        (await import("./explain-action.ts")).explainProgram(words.join(" "), flags, terminal),
      ),
    );
}
