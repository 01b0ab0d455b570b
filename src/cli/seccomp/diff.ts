import type { Command } from "commander";
import type { Action } from "../command.ts";
import { type TargetFlags, targetOptions } from "./target-options.ts";

/** The options of `netsim seccomp diff` as commander gives them. */
export interface DiffFlags extends TargetFlags {
  readonly json?: true;
}

/** `netsim seccomp diff A B`. */
export function diffCommand(program: Command, perform: (action: Action) => void): void {
  const command = program
    .command("diff")
    .description("name every call that two profiles answer differently, with a witness; exit code 1 where there is one")
    .argument("<first>", "profile or filter")
    .argument("<second>", "the other one")
    .option("--json", "one JSON object a difference");
  targetOptions(command).action((first: string, second: string, flags: DiffFlags) =>
    perform(async (terminal) => (await import("./diff-action.ts")).diffPolicies(first, second, flags, terminal)),
  );
}
