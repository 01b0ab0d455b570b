import type { Command } from "commander";
import type { Action } from "../command.ts";
import { type TargetFlags, targetOptions } from "./target-options.ts";

/** The options of `netsim seccomp disasm` as commander gives them. */
export interface ListFilterFlags extends TargetFlags {
  readonly optimize?: true;
}

/** `netsim seccomp disasm FILTER`, or `dump`. */
export function listFilterCommand(program: Command, perform: (action: Action) => void): void {
  const command = program
    .command("disasm")
    .alias("dump")
    .description("list a filter as seccomp-tools does; a profile is compiled first")
    .argument("<filter>", "file with the filter or profile; - is standard input")
    .option("--optimize", "compile as 'compile --optimize' does");
  targetOptions(command).action((file: string, flags: ListFilterFlags) =>
    perform(async (terminal) => (await import("./disasm-action.ts")).listFilter(file, flags, terminal)),
  );
}
