import { Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { EXIT, type ExitCode, NetsimError } from "../errors.ts";
import { bpfCommand } from "./bpf/bpf.ts";
import type { Action, Terminal } from "./command.ts";
import { compareCommand } from "./compare.ts";
import { completionCommand } from "./completion/completion.ts";
import { addExamples } from "./examples.ts";
import { explainCommand } from "./explain.ts";
import { filterCommand } from "./filter.ts";
import { initCommand } from "./init/init.ts";
import { labCommand } from "./lab.ts";
import { lintCommand } from "./lint.ts";
import { ovsCommand } from "./ovs/ovs.ts";
import { runCommand } from "./run.ts";
import { schemaCommand } from "./schema.ts";
import { seccompCommand } from "./seccomp/seccomp.ts";
import { showFailure } from "./show-failure.ts";
import { tcCommand } from "./tc/tc.ts";
import { testCommand } from "./test.ts";
import { traceCommand } from "./trace.ts";

/** The commands, in the order in which the help lists them. Each adds itself and hands its work to `perform`. */
const COMMANDS: readonly ((program: Command, perform: (action: Action) => void) => void)[] = [
  initCommand,
  runCommand,
  testCommand,
  traceCommand,
  schemaCommand,
  bpfCommand,
  filterCommand,
  compareCommand,
  lintCommand,
  explainCommand,
  labCommand,
  seccompCommand,
  ovsCommand,
  tcCommand,
  completionCommand,
];

/** The command with all its subcommands, which hand their work to `perform`. */
export function netsimCommand(terminal: Pick<Terminal, "out" | "error">, perform: (action: Action) => void): Command {
  const program = new Command("netsim")
    .description(manifest.description)
    .version(manifest.version)
    .option("--explain <code>", "say what an error code means: the same as 'netsim explain CODE'")
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.error })
    .exitOverride()
    .showHelpAfterError("(netsim --help lists the commands and their options.)");
  for (const add of COMMANDS) add(program, perform);
  addExamples(program);
  return program;
}

/** Runs the `netsim` command with the words after its name; resolves to the exit code. */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let action: Action | undefined;
  const program = netsimCommand(terminal, (chosen) => {
    action = chosen;
  });
  try {
    await program.parseAsync(commandWords(words), { from: "user" });
    return (await action?.(terminal)) ?? EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    showFailure(error, terminal);
    return error instanceof NetsimError ? error.exitCode : EXIT.internal;
  }
}

/** `--explain CODE` as the command that it stands for: commander takes no option in the place of a command. */
export function commandWords(words: readonly string[]): string[] {
  const [first = "", ...others] = words;
  if (first === "--explain") return ["explain", ...others];
  return first.startsWith("--explain=") ? ["explain", first.slice("--explain=".length), ...others] : [...words];
}
