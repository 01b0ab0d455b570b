import type { ProgramTextError } from "../bpf/program-text-error.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { formatDiagnostics } from "../report/diagnostics.ts";
import type { Terminal } from "./command.ts";

const NAME = "expression";

/** Tells what is wrong with an expression that was given as a word of the command line. Returns the exit code for it. */
export function showExpressionProblems(text: string, { problems }: ProgramTextError, terminal: Terminal): ExitCode {
  const diagnostics = problems.map(({ line, column, endColumn, message, hint }) => ({
    code: "program-syntax" as const,
    severity: "error" as const,
    message,
    place: { file: NAME, line, column, ...(endColumn === undefined ? {} : { endColumn }) },
    ...(hint === undefined ? {} : { hint }),
  }));
  terminal.error(formatDiagnostics(diagnostics, terminal.errorColor, () => text.split("\n")));
  return EXIT.invalidInput;
}
