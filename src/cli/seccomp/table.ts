import { type Command, Option } from "commander";
import type { Action } from "../command.ts";
import { type TargetFlags, targetOptions } from "./target-options.ts";

/** The options of `netsim seccomp table` as commander gives them. */
export interface CallTableFlags extends TargetFlags {
  readonly format: "text" | "html" | "json";
  readonly output?: string;
}

/** `netsim seccomp table PROFILE`. */
export function callTableCommand(program: Command, perform: (action: Action) => void): void {
  const command = program
    .command("table")
    .description("say of every system call what happens to it")
    .argument("<profile>", "profile or filter; - is standard input")
    .addOption(
      new Option("--format <format>", "as text, a page of HTML, or JSON")
        .choices(["text", "html", "json"])
        .default("text"),
    )
    .option("-o, --output <file>", "write to this file");
  targetOptions(command).action((file: string, flags: CallTableFlags) =>
    perform(async (terminal) => (await import("./table-action.ts")).callTable(file, flags, terminal)),
  );
}
