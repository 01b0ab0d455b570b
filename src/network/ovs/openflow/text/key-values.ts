import { FlowSyntaxError, type Piece } from "./syntax-error.ts";

/** One of the things that ovs-ofctl separates by commas and spaces: `key`, `key=value`, `key:value`, `key(value)`. */
export interface KeyValue {
  readonly key: Piece;
  /** Empty without a value. */
  readonly value: Piece;
  /** All of it, delimiters included. */
  readonly whole: Piece;
}

const SEPARATORS = ", \t\r\n";

/** Splits a list as ovs-ofctl does: values may hold parentheses and brackets, and `key(a)->b` has the value `a)->b`. */
export function splitKeyValues({ text, at }: Piece): KeyValue[] {
  const found: KeyValue[] = [];
  let next = 0;
  const piece = (from: number, to: number): Piece => ({ text: text.slice(from, to), at: at + from });
  for (;;) {
    while (next < text.length && SEPARATORS.includes(text[next]!)) next++;
    if (next === text.length) return found;
    const start = next;
    while (next < text.length && !`:=(${SEPARATORS}`.includes(text[next]!)) next++;
    const key = piece(start, next);
    const delimiter = text[next];
    if (delimiter === undefined || SEPARATORS.includes(delimiter)) {
      found.push({ key, value: piece(next, next), whole: key });
      continue;
    }
    const from = next + 1;
    let to = valueEnd(text, from, delimiter === "(" ? ")" : SEPARATORS);
    if (delimiter === "(" && to === text.length)
      throw new FlowSyntaxError(
        `${key.text}: no closing parenthesis`,
        piece(start, text.length),
        "A ) is expected at the end: ovs-ofctl would go on to the end of the line.",
      );
    let end = delimiter === "(" ? to + 1 : to;
    if (delimiter === "(" && text.startsWith(")->", to)) {
      to = valueEnd(text, to + 1, SEPARATORS);
      end = to;
    }
    found.push({ key, value: piece(from, to), whole: piece(start, end) });
    next = end;
  }
}

/** Where a value ends: at a delimiter outside of all parentheses and brackets. */
function valueEnd(text: string, from: number, delimiters: string): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text[i]!;
    if (depth === 0 && delimiters.includes(c)) return i;
    if (c === "(" || c === "[") depth++;
    else if ((c === ")" || c === "]") && depth > 0) depth--;
  }
  return text.length;
}

/** Splits at a separator, which is no part of the pieces. */
export function splitAt({ text, at }: Piece, separator: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const part of text.split(separator)) {
    pieces.push({ text: part, at: at + from });
    from += part.length + separator.length;
  }
  return pieces;
}

/** The two sides of the first `separator`, or undefined where there is none. */
export function splitOnce(piece: Piece, separator: string): readonly [Piece, Piece] | undefined {
  const i = piece.text.indexOf(separator);
  if (i < 0) return undefined;
  const right = i + separator.length;
  return [
    { text: piece.text.slice(0, i), at: piece.at },
    { text: piece.text.slice(right), at: piece.at + right },
  ];
}
