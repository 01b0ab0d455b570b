import { type Token, tokenize } from "./lexer.ts";
import type { TraceSource } from "./source.ts";

/** The words of a one-liner, one after the other. */
export class TokenCursor {
  protected readonly source: TraceSource;
  protected readonly tokens: readonly Token[];
  protected at = 0;

  constructor(source: TraceSource) {
    this.source = source;
    this.tokens = tokenize(source);
  }

  protected peek(): Token {
    return this.tokens[this.at]!;
  }

  protected take(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.at++;
    return token;
  }

  protected accept(text: string): boolean {
    const token = this.peek();
    if (token.kind !== "sign" || token.text !== text) return false;
    this.at++;
    return true;
  }

  protected expect(text: string): void {
    if (!this.accept(text)) this.source.fail(this.peek(), `'${text}' is expected, not ${shown(this.peek())}.`);
  }

  protected from<T extends object>({ start }: { start: number }, node: T): T & { start: number; end: number } {
    return { ...node, start, end: this.tokens[this.at - 1]!.end };
  }
}

/** A word as complaints name it. */
export const shown = ({ kind, text }: Token): string =>
  kind === "end" ? "the end" : kind === "text" ? "a text" : `'${text}'`;
