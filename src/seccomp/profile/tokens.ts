import type { SourceText, Span } from "../../topology/yaml/source-text.ts";
import type { Problems } from "./problems.ts";

/** A piece of a policy's text. */
export interface Token {
  readonly kind: "name" | "number" | "text" | "sign" | "end";
  /** As written; of `text` without its quotes. */
  readonly text: string;
  /** Of numbers. */
  readonly value: bigint;
  readonly span: Span;
}

const PATTERN =
  /\s+|(?<number>0[xX][\da-fA-F]+|0[bB][01]+|\d+)(?![\w])|(?<name>[A-Za-z_@][\w@]*(?:-[A-Za-z_]\w*)*)|"(?<text>[^"\n]*)"|(?<sign>&&|\|\||[=!<>]=|<<|[-+~!<>&|(){}[\],;:=*.])/gy;

/** Splits text into tokens, which end with one of the kind `end`. What is none is noted as a problem and left out. */
export function tokenize(source: SourceText, text: string, start: number, problems: Problems): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(PATTERN.source, PATTERN.flags);
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    const span = { start: start + at, end: start + at + (match?.[0].length ?? 1) };
    if (match === null) {
      problems.error("program-syntax", source.place(span), `'${text[at]}' means nothing here.`);
      pattern.lastIndex = at + 1;
      continue;
    }
    const { number, name, text: quoted, sign } = match.groups!;
    if (number !== undefined && /^0\d*[89]/.test(number))
      problems.error(
        "program-syntax",
        source.place(span),
        `'${number}' begins with 0, as octal numbers do, and is none.`,
      );
    if (number !== undefined) tokens.push({ kind: "number", text: number, value: numberValue(number), span });
    else if (name !== undefined) tokens.push({ kind: "name", text: name, value: 0n, span });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: quoted, value: 0n, span });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign, value: 0n, span });
  }
  const end = start + text.length;
  tokens.push({ kind: "end", text: "", value: 0n, span: { start: end, end } });
  return tokens;
}

/** As C reads it: a leading 0 means octal. */
export function numberValue(text: string): bigint {
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  return BigInt(text.replace(/^0+(?=\d)/, ""));
}

/** What stops the reading of one statement; it was noted as a problem. */
export class Unreadable extends Error {}

/** Parentheses and signs within one another. */
const DEEPEST = 100;

/** Goes through tokens. */
export class TokenReader {
  readonly source: SourceText;
  readonly problems: Problems;
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;

  constructor(source: SourceText, tokens: readonly Token[], problems: Problems) {
    this.source = source;
    this.tokens = tokens;
    this.problems = problems;
  }

  get next(): Token {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)]!;
  }

  get isAtEnd(): boolean {
    return this.next.kind === "end";
  }

  take(): Token {
    const token = this.next;
    this.at++;
    return token;
  }

  is(...texts: string[]): boolean {
    return (this.next.kind === "sign" || this.next.kind === "name") && texts.includes(this.next.text);
  }

  /** Takes the token if it is one of these. */
  accept(...texts: string[]): Token | undefined {
    return this.is(...texts) ? this.take() : undefined;
  }

  expect(text: string): Token {
    return this.accept(text) ?? this.fail(`'${text}' is missing here`);
  }

  /** Notes a problem at the next token. */
  fail(message: string, hint?: string, token: Token = this.next): never {
    const found = token.kind === "end" ? "the end of the text" : `'${token.text}'`;
    this.problems.error("program-syntax", this.source.place(token.span), `${message}, before ${found}.`, hint);
    throw new Unreadable();
  }

  /** Reads something that stands within something of its kind. */
  inside<T>(read: () => T): T {
    if (this.depth >= DEEPEST) this.fail(`Expressions are nested more than ${DEEPEST} deep`);
    this.depth++;
    try {
      return read();
    } finally {
      this.depth--;
    }
  }

  /**
   * Goes on behind what could not be read from a position on: to the comma, semicolon or closing brace behind it, or to one of
   * these words. @param isBlock it ends with the brace that closes its own ones.
   */
  skipFrom(position: number, words: readonly string[], isBlock: boolean): void {
    const failed = this.at;
    let open = 0;
    for (this.at = position; !this.isAtEnd; this.at++) {
      const isBehind = this.at >= failed;
      if (isBehind && open === 0 && this.is(...words, ",", ";", "}")) return;
      if (this.is("{", "(", "[")) open++;
      const isBrace = this.is("}");
      if (isBrace || this.is(")", "]")) open--;
      if (!isBrace || !isBehind || !isBlock || open > 0) continue;
      this.at++;
      return;
    }
  }

  /** Offset behind the last token that was taken. */
  get lastEnd(): number {
    return this.tokens[Math.min(this.at, this.tokens.length) - 1]?.span.end ?? 0;
  }

  /** Position, to come back to with `rewind`. */
  get position(): number {
    return this.at;
  }

  rewind(position: number): void {
    this.at = position;
  }
}
