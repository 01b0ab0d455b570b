import type { Command } from "commander";
import type { Action } from "../command.ts";
import { type ObjectFlags, objectOptions } from "./object-options.ts";

/** The options of `netsim bpf object` as commander gives them. */
export interface ShowObjectFlags extends ObjectFlags {
  readonly json?: true;
}

/** `netsim bpf object FILE`. */
export function objectCommand(program: Command, perform: (action: Action) => void): void {
  objectOptions(program.command("object"))
    .description("show the programs and maps of an ELF object or a C source")
    .argument("<file>", "an object of clang or bpf-gcc, or a C source, which is compiled; - is standard input")
    .option("--json", "print the result as JSON")
    .action((file: string, flags: ShowObjectFlags) =>
      perform(async (terminal) => (await import("./object-action.ts")).showObject(file, flags, terminal)),
    );
}
