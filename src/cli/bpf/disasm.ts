import { type Command, Option } from "commander";
import type { Action } from "../command.ts";
import { type ObjectFlags, objectOptions } from "./object-options.ts";

/** The options of `netsim bpf disasm` as commander gives them. */
export interface DisasmFlags extends ObjectFlags {
  readonly syntax: "kernel" | "llvm" | "mnemonic";
  readonly opcodes?: true;
  readonly numbers: boolean;
  readonly classic?: true;
}

/** `netsim bpf disasm PROGRAM`. */
export function disasmCommand(program: Command, perform: (action: Action) => void): void {
  objectOptions(program.command("disasm"))
    .description("print a program's bytes as text")
    .argument("<program>", "hexadecimal digits, bytes, an object or a C source; - is standard input")
    .addOption(
      new Option("--syntax <syntax>", "as the verifier, llvm-objdump or ubpf write it")
        .choices(["kernel", "llvm", "mnemonic"])
        .default("kernel"),
    )
    .option("--opcodes", "print each instruction's opcode or bytes too")
    .option("--no-numbers", "leave out the instructions' numbers")
    .option("--classic", "the bytes are a classic program (struct sock_filter); printed as tcpdump -d does")
    .action((file: string, flags: DisasmFlags) =>
      perform(async (terminal) => (await import("./disasm-action.ts")).disasm(file, flags, terminal)),
    );
}
