import type { Span, TraceSource } from "./source.ts";

export interface Token extends Span {
  readonly kind: "name" | "map" | "variable" | "number" | "text" | "sign" | "end";
  /** As written; of texts what they mean. */
  readonly text: string;
  /** Of numbers. */
  readonly value: bigint;
}

/** The longest first. */
const SIGNS = [
  "<<=",
  ">>=",
  "...",
  "->",
  "++",
  "--",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "&=",
  "|=",
  "^=",
  "<<",
  ">>",
  "<=",
  ">=",
  "==",
  "!=",
  "&&",
  "||",
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ";",
  ",",
  ":",
  "?",
  "=",
  "<",
  ">",
  "+",
  "-",
  "*",
  "/",
  "%",
  "&",
  "|",
  "^",
  "!",
  "~",
  ".",
] as const;

const NUMBER = /(0x[\da-f]+|\d+(?:e\d+)?)(ns|us|ms|s|m|h|d)?(?![\w])/iy;
const NAME = /[A-Za-z_]\w*/y;
const MAP = /@\w*/y;
const VARIABLE = /\$\w+/y;
const SPACE = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const TEXT = /"(?:[^"\\\n]|\\.)*"/y;
/** Nanoseconds of the units that a number may carry. */
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
};
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\", "0": "\0" };

/** Cuts a one-liner into words; comments and spaces are gone. Throws a ProgramTextError. */
export function tokenize(source: TraceSource): Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const push = (kind: Token["kind"], length: number, shown: string, value = 0n) => {
    tokens.push({ kind, text: shown, value, start: at, end: at + length });
    at += length;
  };
  while (at < text.length) {
    const space = match(SPACE);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const number = match(NUMBER);
    const word = match(NAME) ?? undefined;
    const map = match(MAP);
    const variable = match(VARIABLE);
    const quoted = match(TEXT);
    if (number !== null) push("number", number[0].length, number[0], numberOf(number));
    else if (word !== undefined) push("name", word[0].length, word[0]);
    else if (map !== null) push("map", map[0].length, map[0]);
    else if (variable !== null) push("variable", variable[0].length, variable[0]);
    else if (quoted !== null)
      push(
        "text",
        quoted[0].length,
        quoted[0].slice(1, -1).replace(/\\(.)/g, (_, it: string) => ESCAPES[it] ?? it),
      );
    else {
      const sign = SIGNS.find((one) => text.startsWith(one, at));
      if (sign === undefined) {
        const what = text[at] === '"' ? "This text has no end." : `'${text[at]}' means nothing here.`;
        source.fail({ start: at, end: text[at] === '"' ? text.length : at + 1 }, what);
      }
      push("sign", sign.length, sign);
    }
  }
  push("end", 0, "");
  return tokens;
}

function numberOf([, digits, unit]: RegExpExecArray): bigint {
  const [mantissa, exponent] = /^0x/i.test(digits!) ? [digits!, "0"] : digits!.split(/e/i);
  const value = BigInt(mantissa!) * 10n ** BigInt(exponent ?? 0);
  return unit === undefined ? value : value * UNITS[unit.toLowerCase()]!;
}
