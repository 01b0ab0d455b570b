import type { Command } from "commander";
import type { Action } from "../command.ts";
import { asmCommand } from "./asm.ts";
import { checkCommand } from "./check.ts";
import { compileCommand } from "./compile.ts";
import { convertCommand } from "./convert.ts";
import { disasmCommand } from "./disasm.ts";
import { explainCommand } from "./explain.ts";
import { jitCommand } from "./jit.ts";
import { mapsCommand } from "./maps.ts";
import { objectCommand } from "./object.ts";
import { runProgramCommand } from "./run.ts";
import { verifyCommand } from "./verify.ts";

const COMMANDS = [
  asmCommand,
  disasmCommand,
  objectCommand,
  convertCommand,
  compileCommand,
  explainCommand,
  checkCommand,
  verifyCommand,
  runProgramCommand,
  mapsCommand,
  jitCommand,
];

const HELP = `
PROGRAM is a file; - is standard input. Its language is told by itself: classic BPF as bpf_asm, tcpdump or tc write it;
extended BPF as the kernel's verifier, LLVM or ubpf write it. disasm, object, verify, run, maps and jit take ELF objects too, and C
sources (.c), which clang or bpf-gcc compiles.

Exit codes: 0 all fine, 2 wrong usage, 3 a program that makes no sense, 4 one that is refused.`;

/** `netsim bpf COMMAND`. */
export function bpfCommand(program: Command, perform: (action: Action) => void): void {
  const group = program
    .command("bpf")
    .description("translate, check and run BPF programs outside of any network")
    .addHelpText("after", HELP);
  for (const add of COMMANDS) add(group, perform);
}
