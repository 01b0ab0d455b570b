import { type Command, Option } from "commander";
import type { Action } from "../command.ts";
import { type TargetFlags, targetOptions } from "./target-options.ts";

export const FORMATS = ["asm", "pfc", "raw", "c", "json"] as const;

/** The options of `netsim seccomp compile` as commander gives them. */
export interface CompileProfileFlags extends TargetFlags {
  readonly format: (typeof FORMATS)[number];
  readonly optimize?: true;
  readonly output?: string;
}

/** `netsim seccomp compile PROFILE`. */
export function compileProfileCommand(program: Command, perform: (action: Action) => void): void {
  const command = program
    .command("compile")
    .description("make a filter of a profile")
    .argument("<profile>", "file with the profile; - is standard input")
    .addOption(
      new Option("--format <format>", "assembler, pseudo filter code, bytes of struct sock_filter, C or JSON")
        .choices(FORMATS)
        .default("asm"),
    )
    .option("--optimize", "look for the call's number by halves: fewer instructions run, though not fewer are there")
    .option("-o, --output <file>", "write to this file");
  targetOptions(command).action((file: string, flags: CompileProfileFlags) =>
    perform(async (terminal) => (await import("./compile-action.ts")).compilePolicy(file, flags, terminal)),
  );
}
