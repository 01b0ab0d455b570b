import { ProgramTextError, type TextProblem } from "../../bpf/program-text-error.ts";

/** A piece of a one-liner: positions in its text, the second behind its last character. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The text of a one-liner, and complaints about pieces of it. */
export class TraceSource {
  readonly text: string;
  /** Complaints that were put aside, by what they are about. */
  private readonly kept = new Map<string, TextProblem>();
  /** Names that what could not be compiled would have defined: what is said of them afterwards may follow from that alone. */
  private readonly doubtful = new Set<string>();
  private isOver = false;

  constructor(text: string) {
    this.text = text;
  }

  /**
   * Does something about a piece and puts its complaint aside, so that others are heard as well.
   * @param defines the variable or map that it would have defined.
   */
  attempt<T>(piece: Span, act: () => T, defines?: string): T | undefined {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof ProgramTextError)) throw error;
      const text = this.text.slice(piece.start, piece.end);
      const follows = [...this.doubtful].some((name) => text.includes(name));
      if (defines !== undefined) this.doubtful.add(defines);
      if (!follows)
        for (const problem of error.problems)
          this.kept.set(`${problem.line}:${problem.column}:${problem.message}`, problem);
      if (this.isOver) this.throwKept();
      return undefined;
    }
  }

  /** Nothing is known of the maps in a piece that was not compiled. */
  doubt({ start, end }: Span): void {
    for (const [name] of this.text.slice(start, end).matchAll(/@\w*/g)) this.doubtful.add(name);
  }

  /** Throws what was put aside, in the order of the text. */
  throwKept(): void {
    if (this.kept.size > 0)
      throw new ProgramTextError([...this.kept.values()].sort((a, b) => a.line - b.line || a.column - b.column));
  }

  /** Fails for good: nothing after this is looked at. */
  giveUp(piece: Span, message: string): never {
    this.isOver = true;
    return this.fail(piece, message);
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
