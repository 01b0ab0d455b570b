import { ipv6Length } from "./ipv6-pattern.ts";
import { KEYWORDS } from "./keywords.ts";
import { NAMED_CONSTANTS } from "./named-constants.ts";
import { numberValue } from "./number.ts";
import { Refusal } from "./refusal.ts";
import type { Span } from "./span.ts";
import type { Token, TokenKind } from "./token.ts";

const SPACE = /[ \r\n\t]*/y;
const NAME = /[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?/y;
/** A backslash takes a word's meaning as a keyword away: `ip proto \tcp`. */
const ESCAPED_NAME = /\\[^ !()\n\t]+/y;
const OPERATOR = />=|<=|!=|==|<<|>>|&&|\|\||[-+*/%:[\]!<>()&|^=]/y;

const OCTET = "[0-9A-Fa-f]{1,2}";
const six = (separator: string) => Array(6).fill(OCTET).join(separator);
const MAC = new RegExp(
  `${six(":")}|${six("-")}|${six("\\.")}|[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}|[0-9A-Fa-f]{12}`,
  "y",
);
const NUMBER_TEXT = "(?:0[xX][0-9A-Fa-f]+|[0-9]+)";
const NUMBER = new RegExp(NUMBER_TEXT, "y");
const IPV4 = new RegExp(`${NUMBER_TEXT}(?:\\.${NUMBER_TEXT}){1,3}`, "y");
const ARCNET = new RegExp(`\\$${OCTET}`, "y");
const BROKEN_MAC = new RegExp(`${OCTET}:+(?:${OCTET}:+)+`, "y");

/** Operators and their names among the keywords or under another spelling. */
const OPERATOR_ALIASES: Readonly<Record<string, string>> = { "&&": "and", "||": "or", "!": "not", "==": "=" };

/**
 * Splits an expression into tokens. The longest token that can begin at a place is taken, and of equally long ones a
 * keyword before an address before a name: `10.1` is an address, `a-b` one name and `4-3` too.
 * The last token is of kind `end`. Throws a Refusal at what begins no token.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += lengthOf(SPACE, text, at);
    if (at === text.length) break;
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: "end", text: "the end of the expression", value: 0, start: at, end: at });
  return tokens;
}

function tokenAt(text: string, start: number): Token {
  const nameEnd = start + lengthOf(NAME, text, start);
  const name = text.slice(start, nameEnd);
  const keyword = KEYWORDS.get(name);
  // What goes on with a colon may be an address: `bcc` is hexadecimal too.
  if (keyword !== undefined && text[nameEnd] !== ":")
    return { kind: "keyword", text: keyword, value: 0, start, end: nameEnd };

  const candidates: [TokenKind | "broken", number][] = [
    ["arcnet", lengthOf(ARCNET, text, start)],
    ["mac", lengthOf(MAC, text, start)],
    ["number", lengthOf(NUMBER, text, start)],
    ["ipv4", lengthOf(IPV4, text, start)],
    ["ipv6", ipv6Length(text, start)],
    ["broken", lengthOf(BROKEN_MAC, text, start)],
    ["identifier", name.length],
    ["operator", lengthOf(OPERATOR, text, start)],
  ];
  const [kind, length] = candidates.reduce((best, next) => (next[1] > best[1] ? next : best));
  const span: Span = { start, end: start + length };
  const written = text.slice(start, span.end);
  if (length === 0) return escaped(text, start);
  if (kind === "broken") throw new Refusal(span, `'${written}' is not an Ethernet address.`, "It has six parts.");
  if (kind === "number") return { kind, text: written, value: numberValue(written, span), ...span };
  if (kind === "identifier" && keyword !== undefined) return { kind: "keyword", text: keyword, value: 0, ...span };
  if (kind === "identifier") {
    const value = NAMED_CONSTANTS.get(written);
    return value === undefined
      ? { kind, text: written, value: 0, ...span }
      : { kind: "number", text: written, value, ...span };
  }
  if (kind === "operator") {
    const meaning = OPERATOR_ALIASES[written] ?? written;
    return { kind: KEYWORDS.has(meaning) ? "keyword" : kind, text: meaning, value: 0, ...span };
  }
  return { kind, text: written, value: 0, ...span };
}

function escaped(text: string, start: number): Token {
  const length = lengthOf(ESCAPED_NAME, text, start);
  const end = start + length;
  if (length > 0) return { kind: "identifier", text: text.slice(start + 1, end), value: 0, start, end };
  throw new Refusal({ start, end: start + 1 }, `'${text[start]}' has no place in a filter expression.`);
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex - at : 0;
}
