import { Refusal } from "./refusal.ts";
import type { Span } from "./span.ts";
import type { Token, TokenKind } from "./token.ts";

/** Deepest nesting of parentheses, `not` and operators that group to the right. */
const MAX_DEPTH = 1000;

/** The tokens of one expression, read one after another. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The token after the last one taken; `ahead` counts on from it. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)]!;
  }

  take(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#next++;
    return token;
  }

  /** Whether the next token is this keyword or operator. */
  at(text: string): boolean {
    const { kind, text: found } = this.peek();
    return found === text && (kind === "keyword" || kind === "operator");
  }

  takeIf(text: string): boolean {
    const found = this.at(text);
    if (found) this.take();
    return found;
  }

  expect(text: string): Token {
    return this.at(text) ? this.take() : this.fail(`'${text}'`);
  }

  expectKind(kind: TokenKind, what: string): Token {
    return this.peek().kind === kind ? this.take() : this.fail(what);
  }

  /** Throws: the next token is not what has to stand there. */
  fail(wanted: string, hint?: string): never {
    const token = this.peek();
    const found = token.kind === "end" ? "the expression ends here" : `'${token.text}' stands here`;
    throw new Refusal(token, `${wanted[0]!.toUpperCase()}${wanted.slice(1)} was expected, but ${found}.`, hint);
  }

  /** From `start` to the last token taken. */
  spanFrom(start: Span): Span {
    const last = this.#tokens[Math.max(0, this.#next - 1)]!;
    return { start: start.start, end: Math.max(start.end, last.end) };
  }

  /** Reads something that may hold another of its kind. Throws where that goes too deep. */
  nested<T>(read: () => T): T {
    if (this.#depth === MAX_DEPTH)
      throw new Refusal(this.peek(), `The expression is nested more than ${MAX_DEPTH} levels deep here.`);
    this.#depth++;
    const result = read();
    this.#depth--;
    return result;
  }
}
