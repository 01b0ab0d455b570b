import type { Command } from "commander";
import type { Action } from "../command.ts";
import { auditCommand } from "./audit.ts";
import { checkCallsCommand } from "./check.ts";
import { compileProfileCommand } from "./compile.ts";
import { diffCommand } from "./diff.ts";
import { listFilterCommand } from "./disasm.ts";
import { learnCommand } from "./learn.ts";
import { callTableCommand } from "./table.ts";

const COMMANDS = [
  compileProfileCommand,
  checkCallsCommand,
  callTableCommand,
  diffCommand,
  auditCommand,
  learnCommand,
  listFilterCommand,
];

const HELP = `
PROFILE is a file; - is standard input. Its language is told by its ending or its text: OCI, Docker and Podman (.json), rules as one gives
them to libseccomp (.yaml), minijail (.policy), kafel (.kafel), systemd units (.service, .conf), or a filter itself: an array of
struct sock_filter, or a listing as 'netsim bpf asm' reads it.

Exit codes: 0 all fine, 1 an expectation failed, 2 wrong usage, 3 a profile that makes no sense, 4 a filter that the kernel refuses.`;

/** `netsim seccomp COMMAND`. */
export function seccompCommand(program: Command, perform: (action: Action) => void): void {
  const group = program
    .command("seccomp")
    .description("compile, test and compare system call filters")
    .addHelpText("after", HELP);
  for (const add of COMMANDS) add(group, perform);
}
