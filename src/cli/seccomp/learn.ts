import type { Command } from "commander";
import type { Action } from "../command.ts";

/** The options of `netsim seccomp learn` as commander gives them. */
export interface LearnFlags {
  readonly arch?: string;
  readonly arguments?: true;
  readonly output?: string;
}

/** `netsim seccomp learn TRACE...`. */
export function learnCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("learn")
    .description("make the smallest profile that lets a program do what traces saw it do")
    .argument("<trace...>", "strace's output (-f, -c) or an audit log; - is standard input")
    .option("--arch <name>", "architecture that was traced (default: x86_64)")
    .option(
      "--arguments",
      "also tell calls such as socket, ioctl and prctl apart by the argument that says what they do",
    )
    .option("-o, --output <file>", "write to this file")
    .action((files: string[], flags: LearnFlags) =>
      perform(async (terminal) => (await import("./learn-action.ts")).learn(files, flags, terminal)),
    );
}
