import { ProgramTextError } from "../../bpf/program-text-error.ts";

/** A piece of a one-liner: positions in its text, the second behind its last character. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The text of a one-liner, and complaints about pieces of it. */
export class TraceSource {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Throws a ProgramTextError about a piece. */
  fail({ start, end }: Span, message: string, hint?: string): never {
    const before = this.text.slice(0, start).split("\n");
    const line = before.length;
    const column = before.at(-1)!.length + 1;
    const lineEnd = this.text.indexOf("\n", start);
    const last = lineEnd < 0 ? end : Math.min(end, lineEnd);
    const endColumn = column + Math.max(1, last - start);
    throw new ProgramTextError([{ line, column, endColumn, message, ...(hint !== undefined && { hint }) }]);
  }
}
