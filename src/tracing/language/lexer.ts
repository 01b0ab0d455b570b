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

const NUMBER = /(0x[\da-f]+|\d[\d_]*(?:e\d[\d_]*)?)(ns|us|ms|s|m|h|d)?(?![\w])/iy;
const NAME = /[A-Za-z_]\w*/y;
const MAP = /@\w*/y;
/** `$#` is the number of positional parameters. */
const VARIABLE = /\$(?:\w+|#)/y;
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
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\" };
const ESCAPE = /\\(?:x([\da-f]{1,2})|([0-7]{1,3})|(.))/gi;
const MOST = 2n ** 64n - 1n;
/** Decimal digits that 64 bits have room for. */
const MOST_DIGITS = 20;

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
    if (number !== null) push("number", number[0].length, number[0], numberOf(source, number, at));
    else if (word !== undefined) push("name", word[0].length, word[0]);
    else if (map !== null) push("map", map[0].length, map[0]);
    else if (variable !== null) push("variable", variable[0].length, variable[0]);
    else if (quoted !== null) push("text", quoted[0].length, unescaped(source, quoted[0].slice(1, -1), at));
    else {
      const sign = SIGNS.find((one) => text.startsWith(one, at));
      if (sign === undefined) {
        const what =
          text[at] === '"'
            ? "This text has no end."
            : text.startsWith("#include", at)
              ? "Nothing is included here: the structs of the simulated kernel are known."
              : `'${text[at]}' means nothing here.`;
        source.fail({ start: at, end: text[at] === '"' ? text.length : at + 1 }, what);
      }
      push("sign", sign.length, sign);
    }
  }
  push("end", 0, "");
  return tokens;
}

/** What a text of the source means. @param at where its quotes begin. */
function unescaped(source: TraceSource, text: string, at: number): string {
  return text.replace(ESCAPE, (whole, hex: string | undefined, octal: string | undefined, it: string, from: number) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    const start = at + 1 + from;
    return ESCAPES[it] ?? source.fail({ start, end: start + whole.length }, `'${whole}' stands for no character.`);
  });
}

function numberOf(source: TraceSource, [whole, given, unit]: RegExpExecArray, at: number): bigint {
  const fail = (message: string): never => source.fail({ start: at, end: at + whole.length }, message);
  const digits = given!.replaceAll("_", "");
  const [mantissa, exponent = "0"] = /^0x/i.test(digits) ? [digits] : digits.split(/e/i);
  const isOctal = /^0\d/.test(mantissa!);
  if (isOctal && /[89]/.test(mantissa!)) fail("A number that begins with 0 is octal, and has no 8 or 9.");
  if (Number(exponent) >= MOST_DIGITS) fail("This is more than 64 bits can hold.");
  const value = BigInt(isOctal ? `0o${mantissa!.slice(1)}` : mantissa!) * 10n ** BigInt(exponent);
  const all = unit === undefined ? value : value * UNITS[unit.toLowerCase()]!;
  return all > MOST ? fail("This is more than 64 bits can hold.") : all;
}
