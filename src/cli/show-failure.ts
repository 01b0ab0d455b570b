import { readFileSync, statSync } from "node:fs";
import { type Diagnostic, NetsimError } from "../errors.ts";
import { formatDiagnostics, type SourceReader } from "../report/diagnostics.ts";
import { STANDARD_INPUT, type Terminal } from "./command.ts";

/** Files whose lines are shown are no larger than this. */
const LARGEST = 16 << 20;

/** Tells what ended a command: the user's mistakes as diagnostics, a bug in netsim with its stack. */
export function showFailure(error: unknown, terminal: Terminal): void {
  if (error instanceof NetsimError) {
    showDiagnostics(error.diagnostics, terminal);
    return;
  }
  const stack = error instanceof Error ? error.stack : String(error);
  terminal.error(`netsim: this is a bug in netsim; please report it with the topology that shows it.\n${stack}\n`);
}

export function showDiagnostics(diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  terminal.error(formatDiagnostics(diagnostics, terminal.errorColor, cachedLines(terminal.inputTaken)));
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  if (errors > 1) terminal.error(`${errors} errors\n`);
}

/** Lines of text files, each read once. @param input what was read from standard input, which cannot be read again. */
export function cachedLines(input?: Uint8Array): SourceReader {
  const files = new Map<string, readonly string[] | undefined>();
  if (input !== undefined && input.length <= LARGEST) files.set(STANDARD_INPUT, linesOf(Buffer.from(input).toString()));
  return (file) => {
    if (!files.has(file)) files.set(file, readLines(file));
    return files.get(file);
  };
}

function readLines(file: string): readonly string[] | undefined {
  try {
    const status = statSync(file);
    // A pipe was read once already, and would block.
    if (!status.isFile() || status.size > LARGEST) return undefined;
    return linesOf(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

const linesOf = (text: string): readonly string[] => text.split(/\r\n|\r|\n/);
