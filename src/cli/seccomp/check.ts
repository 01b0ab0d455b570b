import type { Command } from "commander";
import type { Action } from "../command.ts";
import { type TargetFlags, targetOptions } from "./target-options.ts";

/** The options of `netsim seccomp check` as commander gives them. */
export interface CheckCallsFlags extends TargetFlags {
  readonly call: readonly string[];
  readonly nr?: string;
  readonly args?: string;
  readonly trace?: string;
  readonly expect?: string;
  readonly json?: true;
  readonly optimize?: true;
}

/** `netsim seccomp check PROFILE...`. */
export function checkCallsCommand(program: Command, perform: (action: Action) => void): void {
  const command = program
    .command("check")
    .description("say what becomes of system calls, and which way through the filter led there")
    .argument("<profile...>", "profiles or filters; of several the first was installed first, and all of them run")
    .option("--call <call>", "a call, as 'openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY)'; can be repeated", collect, [])
    .option("--nr <number>", "a call by its number")
    .option("--args <values>", "its arguments, with commas between")
    .option("--trace <file>", "all calls of a file: strace's output (-f, -c), or an audit log; - is standard input")
    .option("--expect <action>", "fail unless every call gets this answer, as ALLOW, ERRNO or 'ERRNO(1)'")
    .option("--json", "one JSON object a call")
    .option("--optimize", "compile profiles as 'compile --optimize' does");
  targetOptions(command).action((files: string[], flags: CheckCallsFlags) =>
    perform(async (terminal) => (await import("./check-action.ts")).checkCalls(files, flags, terminal)),
  );
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
