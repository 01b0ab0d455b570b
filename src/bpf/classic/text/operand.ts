import { ANCILLARY_BASE } from "../ancillary.ts";
import { EXTENSION_NAMES, type OperandKind } from "../mnemonics.ts";
import type { TokenReader } from "./token-reader.ts";

export interface Operand {
  readonly kind: OperandKind;
  /** Unsigned 32 bits; 0 where the kind has no number. */
  readonly k: number;
}

/** How each kind of operand is written, for hints. */
export const WRITTEN: Record<OperandKind, string> = {
  none: "nothing",
  immediate: "#k",
  number: "k",
  x: "x",
  a: "a",
  packet: "[k]",
  indexed: "[x + k]",
  header: "4*([k]&0xf)",
  slot: "M[k]",
  length: "len",
  extension: "an extension such as proto",
};

export const NO_OPERAND: Operand = { kind: "none", k: 0 };
const LENGTH: Operand = { kind: "length", k: 0 };
const REGISTERS: Record<string, Operand> = { x: { kind: "x", k: 0 }, a: { kind: "a", k: 0 } };

/** True for the words that are operands or begin one, in lower case; labels may not be called so. */
export function isOperandWord(word: string): boolean {
  return word in REGISTERS || word === "m" || isLength(word) || EXTENSION_NAMES.has(word);
}

/** True when the next token begins an operand. */
export function isOperandNext(reader: TokenReader): boolean {
  const { kind, text } = reader.peek();
  if (kind === "word") return isOperandWord(text.toLowerCase()) && reader.peek(1).text !== ":";
  return kind === "number" || ["#", "%", "[", "-", "+"].includes(text);
}

/** Reads an operand of any kind; `none` where there is none. */
export function readOperand(reader: TokenReader): Operand {
  if (!isOperandNext(reader)) return NO_OPERAND;
  const token = reader.peek();
  if (token.kind === "number" || token.text === "-" || token.text === "+") return readBareNumber(reader);
  reader.take();
  switch (token.text.toLowerCase()) {
    case "#":
      return readWord(reader) ?? { kind: "immediate", k: reader.expectNumber("a number or the name of an extension") };
    case "%":
      return readRegister(reader);
    case "[":
      return readBrackets(reader);
    case "m":
      return { kind: "slot", k: readBracketedNumber(reader) };
    default:
      return REGISTERS[token.text.toLowerCase()] ?? namedOperand(token.text.toLowerCase())!;
  }
}

function readRegister(reader: TokenReader): Operand {
  const register = REGISTERS[reader.peek().text.toLowerCase()];
  if (register === undefined) reader.missing("'x' or 'a'");
  reader.take();
  return register;
}

/** `len` or an extension */
function readWord(reader: TokenReader): Operand | undefined {
  const operand = namedOperand(reader.peek().text.toLowerCase());
  if (operand !== undefined) reader.take();
  return operand;
}

function namedOperand(word: string): Operand | undefined {
  if (isLength(word)) return LENGTH;
  const offset = EXTENSION_NAMES.get(word);
  return offset === undefined ? undefined : { kind: "extension", k: ANCILLARY_BASE + offset };
}

function isLength(word: string): boolean {
  return word === "len" || word === "pktlen";
}

/** What follows `[` when it begins an operand. */
function readBrackets(reader: TokenReader): Operand {
  const named = readWord(reader);
  if (named !== undefined) {
    reader.expect("]");
    return named;
  }
  if (reader.takeIf("%") !== undefined || reader.peek().text.toLowerCase() === "x") {
    reader.expect("x");
    const isPlus = reader.takeIf("+") !== undefined;
    if (!isPlus && reader.peek().text !== "-") reader.missing("'+' and an offset");
    const k = reader.expectNumber("an offset");
    reader.expect("]");
    return { kind: "indexed", k };
  }
  const k = reader.expectNumber("an offset or 'x + offset'");
  reader.expect("]");
  return { kind: "packet", k };
}

function readBracketedNumber(reader: TokenReader): number {
  reader.expect("[");
  const k = reader.expectNumber();
  reader.expect("]");
  return k;
}

/** A number, and `*([k]&0xf)` behind it. */
function readBareNumber(reader: TokenReader): Operand {
  const first = reader.peek();
  const k = reader.expectNumber("an operand");
  if (reader.takeIf("*") === undefined) return { kind: "number", k };
  reader.expect("(");
  const offset = readBracketedNumber(reader);
  reader.expect("&");
  const mask = reader.expectNumber();
  const last = reader.expect(")");
  if (k !== 4 || mask !== 0xf)
    reader.fail(
      { ...first, endColumn: reader.span(first, last).endColumn },
      "The only header length that an instruction can compute is 4*([k]&0xf).",
    );
  return { kind: "header", k: offset };
}
