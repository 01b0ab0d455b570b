import { ProgramTextError } from "../../program-text-error.ts";
import type { Span } from "./span.ts";

/** Ends a compilation: the expression cannot be read, or means nothing on this link type. */
export class Refusal extends Error {
  readonly span: Span;
  readonly hint: string | undefined;

  /** `message` and `hint` are full sentences. */
  constructor(span: Span, message: string, hint?: string) {
    super(message);
    this.name = "Refusal";
    this.span = span;
    this.hint = hint;
  }

  /** The same with line and column, for those who compile. */
  in(text: string): ProgramTextError {
    const before = text.slice(0, this.span.start);
    const lineStart = before.lastIndexOf("\n") + 1;
    const lineEnd = text.indexOf("\n", this.span.start);
    const column = this.span.start - lineStart + 1;
    const end = Math.min(this.span.end, lineEnd < 0 ? text.length : lineEnd);
    return new ProgramTextError([
      {
        line: before.split("\n").length,
        column,
        endColumn: Math.max(column + 1, end - lineStart + 1),
        message: this.message,
        ...(this.hint === undefined ? {} : { hint: this.hint }),
      },
    ]);
  }
}
