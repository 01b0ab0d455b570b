import type { ProgramTextError } from "../bpf/program-text-error.ts";
import { type Diagnostic, EXIT, type ExitCode, NetsimError } from "../errors.ts";
import { formatDiagnostics } from "../report/diagnostics.ts";
import type { Terminal } from "./command.ts";

const NAME = "expression";

/** Tells what is wrong with an expression that was given as a word of the command line. Returns the exit code for it. */
export function showExpressionProblems(text: string, error: ProgramTextError, terminal: Terminal): ExitCode {
  terminal.error(formatDiagnostics(diagnosticsOf(error), terminal.errorColor, () => text.split("\n")));
  return EXIT.invalidInput;
}

/** The same where it is told by whoever called. */
export function failWithExpression(error: ProgramTextError): never {
  throw new NetsimError(diagnosticsOf(error));
}

function diagnosticsOf({ problems }: ProgramTextError): Diagnostic[] {
  return problems.map(({ line, column, endColumn, message, hint }) => ({
    code: "program-syntax",
    severity: "error",
    message,
    place: { file: NAME, line, column, ...(endColumn === undefined ? {} : { endColumn }) },
    ...(hint === undefined ? {} : { hint }),
  }));
}
