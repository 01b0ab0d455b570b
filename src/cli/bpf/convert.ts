import type { Command } from "commander";
import type { Action } from "../command.ts";

/** The options of `netsim bpf convert` as commander gives them. */
export interface ConvertFlags {
  readonly seccomp?: true;
  readonly hex?: true;
}

/** `netsim bpf convert PROGRAM`. */
export function convertCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("convert")
    .description("show the extended program that the kernel makes of a classic one (bpf_convert_filter)")
    .argument("<program>", "text of a classic program")
    .option("--seccomp", "loads read struct seccomp_data")
    .option("--hex", "print the bytes as one line of hexadecimal digits")
    .action((file: string, flags: ConvertFlags) =>
      perform(async (terminal) => (await import("./convert-action.ts")).convert(file, flags, terminal)),
    );
}
