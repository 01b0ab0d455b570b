import type { Place } from "../../errors.ts";
import type { CaseResult, Failure, PathStep } from "../../testing/result.ts";

/** Steps of a path that are shown at its beginning and at its end. */
const SHOWN = { first: 8, last: 16 };

/** `file:line:column` */
export function placeText({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

export function failureText({ subject, expected, got }: Failure): string {
  return `${subject}: expected ${expected}, got ${got}`;
}

/** A failed case's differences and its program's path, a line each. */
export function detailLines({ failures, path }: CaseResult): string[] {
  return [...failures.map(failureText), ...(path === undefined ? [] : pathLines(path))];
}

/** The instructions that ran, with the lines that they were written in where that is known; of a long path both ends. */
export function pathLines(path: readonly PathStep[]): string[] {
  const lines: string[] = [`the program's path, ${path.length} instructions:`];
  let where = "";
  for (const [i, { index, text, place }] of path.entries()) {
    if (i === SHOWN.first && path.length > SHOWN.first + SHOWN.last)
      lines.push(`  ... ${path.length - SHOWN.first - SHOWN.last} instructions more ...`);
    if (i >= SHOWN.first && i < path.length - SHOWN.last) continue;
    const at = place === undefined ? "" : `${place.file}${place.line === undefined ? "" : `:${place.line}`}`;
    if (at !== "" && at !== where) lines.push(`  ${at}`);
    where = at;
    lines.push(`    ${`${index}`.padStart(4)}: ${text}`);
  }
  return lines;
}
