import type { Command } from "commander";
import type { Action } from "../command.ts";

/** `netsim bpf check PROGRAM`. */
export function checkCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("check")
    .description("check a program: a classic one as the kernel does, an extended one for its form")
    .argument("<program>", "text, hexadecimal digits or bytes")
    .action((file: string) => perform(async (terminal) => (await import("./check-action.ts")).check(file, terminal)));
}
