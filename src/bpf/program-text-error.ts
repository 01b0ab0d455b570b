/** One thing that is wrong in a program's text. Line and column count from 1. */
export interface TextProblem {
  readonly line: number;
  readonly column: number;
  /** Column after the last character concerned, on the same line. */
  readonly endColumn?: number;
  /** A full sentence. */
  readonly message: string;
  /** What to try; a full sentence. */
  readonly hint?: string;
}

/** A program's text cannot be translated. Carries everything that is wrong with it, in the order of the text. */
export class ProgramTextError extends Error {
  readonly problems: readonly TextProblem[];

  constructor(problems: readonly TextProblem[]) {
    super(problems.map((p) => `${p.line}:${p.column}: ${p.message}`).join("\n"));
    this.name = "ProgramTextError";
    this.problems = problems;
  }
}
