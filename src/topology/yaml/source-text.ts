import type { Place } from "../../errors.ts";

/** A stretch of a text, in UTF-16 code units from its beginning; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A file's text, whose offsets can be told as lines and columns. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  /** Offsets at which lines begin. */
  private readonly lines: number[] = [0];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.lines.push(at + 1);
  }

  /** Line of an offset, from 1. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.lines.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.lines[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  /** Where the stretch begins; `endColumn` stays on that line. Columns count UTF-16 code units, as editors do. */
  place({ start, end }: Span): Place {
    const line = this.lineAt(start);
    const first = this.lines[line - 1]!;
    const next = this.lines[line];
    let lineEnd = next === undefined ? this.text.length : next - 1;
    if (this.text[lineEnd - 1] === "\r") lineEnd--;
    const column = start - first + 1;
    return { file: this.file, line, column, endColumn: Math.max(column + 1, Math.min(end, lineEnd) - first + 1) };
  }
}
