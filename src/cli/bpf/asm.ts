import { type Command, Option } from "commander";
import type { Action } from "../command.ts";

/** The options of `netsim bpf asm` as commander gives them. */
export interface AsmFlags {
  readonly hex?: true;
  readonly output?: string;
  readonly form?: string;
}

/** `netsim bpf asm PROGRAM`. */
export function asmCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("asm")
    .description("translate a program's text: print a listing of it, or its bytes")
    .argument("<program>", "text of a classic or extended program")
    .option("--hex", "print the bytes as one line of hexadecimal digits")
    .option("-o, --output <file>", "write the bytes to a file")
    .addOption(
      new Option("--form <form>", "how to print a classic program").choices([
        "bpf_asm",
        "tcpdump-d",
        "tcpdump-dd",
        "tcpdump-ddd",
        "bytecode",
      ]),
    )
    .action((file: string, flags: AsmFlags) =>
      perform(async (terminal) => (await import("./asm-action.ts")).asm(file, flags, terminal)),
    );
}
