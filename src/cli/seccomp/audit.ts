import type { Command } from "commander";
import type { Action } from "../command.ts";
import { type TargetFlags, targetOptions } from "./target-options.ts";

/** The options of `netsim seccomp audit` as commander gives them. */
export interface AuditFlags extends TargetFlags {
  readonly json?: true;
  readonly strict?: true;
}

/** `netsim seccomp audit PROFILE`. */
export function auditCommand(program: Command, perform: (action: Action) => void): void {
  const command = program
    .command("audit")
    .description("look for known escapes, for traps that break programs, and for rules that do nothing")
    .argument("<profile>", "profile or filter; - is standard input")
    .option("--json", "one JSON object a finding")
    .option("--strict", "exit code 1 where a risk is found");
  targetOptions(command).action((file: string, flags: AuditFlags) =>
    perform(async (terminal) => (await import("./audit-action.ts")).auditPolicy(file, flags, terminal)),
  );
}
