import { ProgramTextError } from "../bpf/program-text-error.ts";
import { type Diagnostic, NetsimError, type Place } from "../errors.ts";
import type { ProgramSource } from "../topology/model.ts";

/** What `parse` makes of a program's text; its ProgramTextError becomes a NetsimError `program-syntax`. */
export function orSyntaxErrors<T>(source: ProgramSource, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    throw new NetsimError(
      error.problems.map(
        ({ line, column, endColumn, message, hint }): Diagnostic => ({
          code: "program-syntax",
          severity: "error",
          message,
          place: placeInText(source, line, column, endColumn),
          ...(hint === undefined ? {} : { hint }),
        }),
      ),
    );
  }
}

/** What the kernel would refuse of a program's instructions. */
interface Refusal {
  /** Slot of the instruction. */
  readonly index: number;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Refuses a program with all that is wrong. @param lineOf where the instruction in a slot was written. */
export function refuseProgram(
  source: ProgramSource,
  refusals: readonly Refusal[],
  lineOf: (slot: number) => number,
): never {
  throw new NetsimError(
    refusals.map(({ index, message, hint }) => ({
      code: "program-rejected",
      severity: "error",
      message: `The kernel would refuse program '${source.name}': ${message}`,
      place: placeInText(source, lineOf(index)),
      ...(hint === undefined ? {} : { hint }),
    })),
  );
}

/** A position in the program's text as one in the file that holds it. */
export function placeInText(source: ProgramSource, line: number, column?: number, endColumn?: number): Place {
  const { place } = source;
  // Of a text in quotes only the whole is shown: escapes and folding move what is in it.
  if (source.file === place.file && source.lineOffset + 1 === place.line) return place;
  return {
    file: source.file,
    line: line + source.lineOffset,
    ...(column === undefined ? {} : { column }),
    ...(endColumn === undefined ? {} : { endColumn }),
  };
}
