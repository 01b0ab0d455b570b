import type { Diagnostic, ErrorCode } from "../../errors.ts";
import type { SourceText, Span } from "../yaml/source-text.ts";

interface Problem {
  readonly span: Span;
  readonly diagnostic: Diagnostic;
  /** What a problem of a better explanation takes the place of: one whose span lies in this. */
  readonly yieldsIn: Span | undefined;
}

/** Collects what is wrong with a file, from the schema's check and from the model's, and gives it in the file's order. */
export class Problems {
  private readonly source: SourceText;
  private readonly found: Problem[] = [];

  constructor(source: SourceText) {
    this.source = source;
  }

  add(code: ErrorCode, span: Span, message: string, hint?: string): void {
    this.push(span, code, message, hint, undefined);
  }

  /** A problem that is dropped again if one is added whose place lies in `span`, because that one says more. */
  addUnlessExplained(within: Span, code: ErrorCode, span: Span, message: string, hint?: string): void {
    this.push(span, code, message, hint, within);
  }

  /** One that already has its place, as a program's file gives it. */
  addAt(span: Span, diagnostic: Diagnostic): void {
    this.found.push({ span, diagnostic, yieldsIn: undefined });
  }

  /** By position; what aliases repeat is there once. */
  sorted(): Diagnostic[] {
    const firm = this.found.filter(({ yieldsIn }) => yieldsIn === undefined);
    const kept = this.found.filter(
      ({ yieldsIn }) =>
        yieldsIn === undefined || !firm.some(({ span }) => span.start >= yieldsIn.start && span.end <= yieldsIn.end),
    );
    kept.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
    const seen = new Set<string>();
    return kept.flatMap(({ span, diagnostic }) => {
      const key = `${span.start} ${diagnostic.code} ${diagnostic.message}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [diagnostic];
    });
  }

  private push(
    span: Span,
    code: ErrorCode,
    message: string,
    hint: string | undefined,
    yieldsIn: Span | undefined,
  ): void {
    const place = this.source.place(span);
    const diagnostic: Diagnostic = { code, severity: "error", message, place, ...(hint === undefined ? {} : { hint }) };
    this.found.push({ span, diagnostic, yieldsIn });
  }
}
