import type { Diagnostic, Place } from "../errors.ts";
import { type Paint, painter } from "./paint.ts";

/** Gives the lines of a text file, or undefined where it cannot be read or has no lines. */
export type SourceReader = (file: string) => readonly string[] | undefined;

/** Longest part of a source line that is shown. */
const WIDTH = 120;

/**
 * Diagnostics as a person reads them: `file:line:col: error[CODE]: sentence`, the line with a caret under the place,
 * and a hint.
 */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], color: boolean, read: SourceReader): string {
  const paint = painter(color);
  return diagnostics.map((diagnostic) => formatOne(diagnostic, paint, read)).join("");
}

function formatOne({ code, severity, message, place, hint }: Diagnostic, paint: Paint, read: SourceReader): string {
  const where = place === undefined ? "" : `${paint.bold(`${formatPlace(place)}:`)} `;
  const label = (severity === "error" ? paint.red : paint.yellow)(`${severity}[${code}]:`);
  const lines = [`${where}${label} ${message}`];
  const excerpt = place === undefined ? undefined : showLine(place, paint, read);
  if (excerpt !== undefined) lines.push(...excerpt);
  if (hint !== undefined) lines.push(`  ${paint.cyan("hint:")} ${hint}`);
  return `${lines.join("\n")}\n`;
}

function formatPlace({ file, line, column, offset }: Place): string {
  if (line === undefined) return offset === undefined ? file : `${file}: byte ${offset}`;
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
}

function showLine({ file, line, column, endColumn }: Place, paint: Paint, read: SourceReader): string[] | undefined {
  if (line === undefined) return undefined;
  const text = read(file)?.[line - 1];
  if (text === undefined || text.trim() === "") return undefined;
  // Control characters would move the caret, or worse the terminal.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are taken out
  const shown = text.replace(/\t/g, " ").replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
  const from = column === undefined ? 0 : Math.max(0, Math.min(column - 1 - WIDTH / 2, shown.length - WIDTH));
  const number = String(line);
  const margin = " ".repeat(number.length);
  const lines = [`  ${paint.dim(`${number} |`)} ${shown.slice(from, from + WIDTH)}`];
  if (column !== undefined) {
    const start = column - 1 - from;
    const width = Math.max(1, Math.min((endColumn ?? column + 1) - column, WIDTH - start));
    lines.push(`  ${paint.dim(`${margin} |`)} ${" ".repeat(start)}${paint.red("^".repeat(width))}`);
  }
  return lines;
}
