import { type Command, InvalidArgumentError, Option } from "commander";
import type { DataStart } from "../../bpf/filter/data-start.ts";
import { LINK_TYPES, linkTypeOfName } from "../../bpf/filter/names/link-types.ts";
import { nearestName } from "../../bpf/nearest-name.ts";
import type { Action } from "../command.ts";

/** What `--to` can be. */
export const TARGETS = ["tcpdump", "classic", "xt_bpf", "tc", "extended"] as const;
export type Target = (typeof TARGETS)[number];

/** What `--socket` can be, with where the data of its program begins. */
export const SOCKETS = {
  packet: "link",
  "packet-dgram": "network",
  raw: "network",
  raw6: "transport",
  udp: "transport",
  tcp: "transport",
} as const satisfies Readonly<Record<string, DataStart>>;

/** The options of `netsim bpf compile` as commander gives them. */
export interface CompileFlags {
  readonly dlt: number;
  readonly snaplen: number;
  /** False: -O was given. */
  readonly optimize: boolean;
  readonly kernelVlan?: true;
  readonly socket?: keyof typeof SOCKETS;
  readonly to: Target;
}

/** How often `-d` was given: 1 a listing, 2 a C array, 3 decimal numbers. */
export type ListingDepth = number;

/** `netsim bpf compile EXPRESSION...`. */
export function compileCommand(program: Command, perform: (action: Action) => void): void {
  let depth: ListingDepth = 0;
  program
    .command("compile")
    .description("compile an expression of tcpdump's filter language to classic BPF")
    .argument("[expression...]", "words of the expression (pcap-filter(7)); none: every packet")
    .addOption(linkTypeOption())
    .option("--snaplen <bytes>", "what the program returns for packets that it takes", parseSnapLength, 262_144)
    .option("-O, --no-optimize", "leave the program as it is generated")
    .option("-d", "as a listing, which is the default; -dd as a C array, -ddd as decimal numbers")
    .on("option:d", () => {
      depth++;
    })
    .option("--kernel-vlan", "the kernel has taken VLAN tags out of the packets, as it has for sockets")
    .addOption(socketOption())
    .addOption(
      new Option("--to <form>", "tcpdump's listing, bpf_asm's syntax, bytecode, or what the kernel makes of it")
        .choices(TARGETS)
        .default("tcpdump"),
    )
    .addHelpText("after", "\nExit codes: 0 all fine, 2 wrong usage, 3 an expression that makes no sense.")
    .action((words: string[], flags: CompileFlags) =>
      perform(async (terminal) =>
        (await import("./compile-action.ts")).compile(words.join(" "), flags, depth, terminal),
      ),
    );
}

/** `--dlt`, by tcpdump's names. */
export function linkTypeOption(): Option {
  return new Option("--dlt <name>", "link type of the packets, by the name that tcpdump -y takes")
    .argParser(parseLinkType)
    .default(LINK_TYPES.EN10MB, "EN10MB");
}

/** `--socket`, which says more than `--dlt`. */
export function socketOption(): Option {
  const description =
    "for a socket of that kind on an Ethernet interface: from where its data begins, and with --kernel-vlan";
  return new Option("--socket <kind>", description).choices(Object.keys(SOCKETS)).conflicts("dlt");
}

/** Takes a link type's name. Throws an InvalidArgumentError. */
function parseLinkType(text: string): number {
  const linkType = linkTypeOfName(text);
  if (linkType !== undefined) return linkType;
  const near = nearestName(text, Object.keys(LINK_TYPES));
  throw new InvalidArgumentError(
    near === undefined ? "Names are EN10MB, RAW, LINUX_SLL and so on." : `Did you mean ${near}?`,
  );
}

function parseSnapLength(text: string): number {
  const length = /^(0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (length >= 1 && length <= 0xffff_ffff) return length;
  throw new InvalidArgumentError("A snapshot length is a whole number from 1 to 4294967295.");
}
