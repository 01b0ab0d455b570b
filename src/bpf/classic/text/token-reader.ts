import type { TextProblem } from "../../program-text-error.ts";
import { numberValue, type Token } from "./token.ts";

/** Thrown by a reader after it has noted a problem; whoever reads a sequence of things catches it and goes on with the next. */
export class Unreadable extends Error {}

/** Reads tokens one after another and notes what is wrong with them. */
export class TokenReader {
  readonly problems: TextProblem[];
  private readonly tokens: readonly Token[];
  private position = 0;

  /** @param tokens the last of them has the kind `end`. */
  constructor(tokens: readonly Token[], problems: TextProblem[]) {
    this.tokens = tokens;
    this.problems = problems;
  }

  /** The token that is read next, or one behind it; the end comes again and again. */
  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)]!;
  }

  take(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.position++;
    return token;
  }

  /** The token that was taken last; only after one was. */
  previous(): Token {
    return this.tokens[this.position - 1]!;
  }

  /** What stands from one token to another, as far as it is on the first one's line; spaces are reduced to one. */
  span(first: Token, last: Token): { text: string; endColumn: number } {
    let text = "";
    let { column: endColumn } = first;
    for (const token of this.tokens.slice(this.tokens.indexOf(first), this.tokens.indexOf(last) + 1)) {
      if (token.line !== first.line) break;
      text += (token.column > endColumn ? " " : "") + token.text;
      endColumn = token.endColumn;
    }
    return { text, endColumn };
  }

  /** Takes the next token if it is that sign or, in any case of letters, that word. */
  takeIf(text: string): Token | undefined {
    return this.peek().text.toLowerCase() === text ? this.take() : undefined;
  }

  /** Takes that sign or word. */
  expect(text: string): Token {
    return this.takeIf(text) ?? this.missing(`'${text}'`);
  }

  /** Takes an optional `-` or `+` and a number; returns it as unsigned 32 bits. */
  expectNumber(what = "a number"): number {
    const first = this.peek();
    const negative = this.takeIf("-") !== undefined;
    if (!negative) this.takeIf("+");
    const token = this.peek();
    if (token.kind !== "number") this.missing(what);
    this.take();
    const value = numberValue(token.text);
    if (value === undefined)
      this.fail(
        token,
        `'${token.text}' is not a number.`,
        "Numbers are decimal, 0x hexadecimal, 0b binary or 0 octal.",
      );
    if (value > (negative ? 0x8000_0000 : 0xffff_ffff))
      this.fail(
        { ...token, column: negative ? first.column : token.column },
        `${negative ? "-" : ""}${token.text} does not fit into 32 bits.`,
        "Numbers go from -0x80000000 to 0xffffffff.",
      );
    return (negative ? -value : value) >>> 0;
  }

  /** Notes that something else than the next token should stand here, and throws. */
  missing(what: string): never {
    const token = this.peek();
    const previous = this.tokens[this.position - 1];
    if (previous === undefined || token.line === previous.line) {
      const found = token.kind === "end" ? "the text ends" : `here is '${token.text}'`;
      this.fail(token, `Expected ${what}, but ${found}.`);
    }
    const { line, endColumn } = previous;
    const place = { line, column: endColumn, endColumn: endColumn + 1 };
    this.fail(place, `Expected ${what} after '${previous.text}', but the line ends.`);
  }

  /** Notes a problem at a place, and throws. */
  fail(place: Pick<Token, "line" | "column" | "endColumn">, message: string, hint?: string): never {
    this.note(place, message, hint);
    throw new Unreadable();
  }

  /** Notes a problem at a place. */
  note(
    { line, column, endColumn }: Pick<Token, "line" | "column" | "endColumn">,
    message: string,
    hint?: string,
  ): void {
    this.problems.push({ line, column, endColumn, message, ...(hint === undefined ? {} : { hint }) });
  }

  /** Passes over the rest of the line of that token. */
  skipLine(of: Token): void {
    while (this.peek().kind !== "end" && this.peek().line <= of.line) this.take();
  }
}
