import { nearestName } from "../../bpf/nearest-name.ts";
import { constantNames, constantValue, errnoValue } from "../constants.ts";
import { didYouMean } from "./problems.ts";
import { ALL_BITS, type Condition, type ConditionOperator, LOW_HALF } from "./profile.ts";
import { type TokenReader, Unreadable } from "./tokens.ts";

/** A condition on arguments, before it is split into rules. */
export type Expression =
  | { readonly kind: "and" | "or"; readonly parts: readonly Expression[] }
  | { readonly kind: "not"; readonly part: Expression }
  | { readonly kind: "condition"; readonly condition: Condition }
  | { readonly kind: "always" | "never" };

/** What the words of an expression mean. */
export interface Vocabulary {
  /** The argument that a name means, 0..5. */
  argument(name: string): number | undefined;
  /** Constants of the policy itself. */
  constant?(name: string): bigint | undefined;
  /** True where comparisons with constants of 32 bits only look at an argument's lower half. */
  isNarrow?(argument: number): boolean;
  /** What stands between alternatives; else `||`. */
  readonly or?: readonly string[];
  /** What stands without a comparison, `bits` being `argument & mask`; else everything. */
  readonly alone?: readonly ("constant" | "argument" | "bits")[];
}

/** `arg0` .. `arg5`, or `a0` .. `a5`. */
export const NUMBERED_ARGUMENTS: Vocabulary = {
  argument: (name) => {
    const match = /^a(?:rg)?([0-5])$/.exec(name);
    return match === null ? undefined : Number(match[1]);
  },
};

const OPERATORS: Readonly<Record<string, ConditionOperator>> = {
  "==": "eq",
  "!=": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
};

const MIRRORED: Readonly<Record<ConditionOperator, ConditionOperator>> = {
  eq: "eq",
  ne: "ne",
  lt: "gt",
  le: "ge",
  gt: "lt",
  ge: "le",
};

/**
 * Reads an expression: comparisons `arg0 == 1`, `arg1 & 0xf0 == 0x10`, `arg1 & 0xf0` (any of these bits), `arg2 in 0x7` (none but these
 * bits), joined by `&&`, `||` and `!`, in parentheses if need be; `1` and `0` for always and never. Throws Unreadable.
 */
export function readExpression(reader: TokenReader, words: Vocabulary): Expression {
  const parts = [readAnd(reader, words)];
  while (reader.accept(...(words.or ?? ["||"]))) parts.push(readAnd(reader, words));
  return parts.length === 1 ? parts[0]! : { kind: "or", parts };
}

function readAnd(reader: TokenReader, words: Vocabulary): Expression {
  const parts = [readNot(reader, words)];
  while (reader.accept("&&")) parts.push(readNot(reader, words));
  return parts.length === 1 ? parts[0]! : { kind: "and", parts };
}

function readNot(reader: TokenReader, words: Vocabulary): Expression {
  if (reader.accept("!")) return { kind: "not", part: reader.inside(() => readNot(reader, words)) };
  return readComparison(reader, words);
}

/** One side of a comparison. */
type Operand =
  | { readonly kind: "argument"; readonly argument: number; readonly mask: bigint }
  | { readonly kind: "value"; readonly value: bigint }
  /** A word that means nothing, which was noted as a problem. */
  | { readonly kind: "unknown" };

function readComparison(reader: TokenReader, words: Vocabulary): Expression {
  if (reader.is("(")) {
    // A parenthesis begins an expression, or an operand such as `(prot & 4) == 0`.
    const start = reader.position;
    const errors = reader.problems.errors.length;
    try {
      const operand = readOperand(reader, words);
      if (reader.is(...Object.keys(OPERATORS), "in")) return compare(operand, reader, words);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
    }
    reader.problems.errors.length = errors;
    reader.rewind(start);
    reader.expect("(");
    const inner = reader.inside(() => readExpression(reader, words));
    reader.expect(")");
    return inner;
  }
  return compare(readOperand(reader, words), reader, words);
}

function compare(left: Operand, reader: TokenReader, words: Vocabulary): Expression {
  const condition = (argument: number, operator: ConditionOperator, value: bigint, mask: bigint): Expression => {
    if (mask !== ALL_BITS && operator !== "eq" && operator !== "ne")
      reader.fail("Some bits of an argument can only be compared with == and !=");
    const unsigned = BigInt.asUintN(64, value);
    const isShort = unsigned <= LOW_HALF && (mask === ALL_BITS || mask <= LOW_HALF) && words.isNarrow?.(argument);
    return {
      kind: "condition",
      condition: { argument, operator, value: unsigned, mask: isShort ? mask & LOW_HALF : mask },
    };
  };
  if (reader.accept("in")) {
    if (left.kind === "value" || (left.kind === "argument" && left.mask !== ALL_BITS))
      return reader.fail("'in' stands behind an argument");
    const right = readOperand(reader, words);
    if (left.kind === "unknown" || right.kind === "unknown") return { kind: "never" };
    if (right.kind !== "value") return reader.fail("A mask is missing here");
    return condition(left.argument, "eq", 0n, BigInt.asUintN(64, ~right.value));
  }
  const sign = reader.accept(...Object.keys(OPERATORS));
  if (sign === undefined) {
    const kind = left.kind !== "argument" ? "constant" : left.mask === ALL_BITS ? "argument" : "bits";
    if (left.kind !== "unknown" && words.alone?.includes(kind) === false) return reader.fail("A comparison is missing");
    if (left.kind === "unknown") return { kind: "never" };
    if (left.kind === "value") return { kind: left.value === 0n ? "never" : "always" };
    return condition(left.argument, "ne", 0n, left.mask);
  }
  const operator = OPERATORS[sign.text]!;
  const right = readOperand(reader, words);
  if (left.kind === "unknown" || right.kind === "unknown") return { kind: "never" };
  if (left.kind === "argument" && right.kind === "value")
    return condition(left.argument, operator, right.value, left.mask);
  if (left.kind === "value" && right.kind === "argument")
    return condition(right.argument, MIRRORED[operator], left.value, right.mask);
  return reader.fail("An argument is compared with a constant, not with another argument");
}

/** `argument`, `argument & mask`, or a constant: numbers and names joined by `|`, `&`, `+`, `<<` and `~`. */
function readOperand(reader: TokenReader, words: Vocabulary): Operand {
  let left = readTerm(reader, words);
  for (;;) {
    const sign = reader.accept("|", "&", "+", "<<");
    if (sign === undefined) return left;
    const right = readTerm(reader, words);
    if (left.kind === "unknown" || right.kind === "unknown") left = { kind: "unknown" };
    else if (left.kind === "value" && right.kind === "value")
      left = { kind: "value", value: combine(sign.text, left.value, right.value) };
    else if (sign.text === "&" && left.kind === "argument" && right.kind === "value")
      left = { ...left, mask: left.mask & BigInt.asUintN(64, right.value) };
    else if (sign.text === "&" && left.kind === "value" && right.kind === "argument")
      left = { ...right, mask: right.mask & BigInt.asUintN(64, left.value) };
    else reader.fail("Of arguments only 'argument & mask' can be made");
  }
}

function combine(sign: string, left: bigint, right: bigint): bigint {
  switch (sign) {
    case "|":
      return left | right;
    case "&":
      return left & right;
    case "+":
      return left + right;
    default:
      return BigInt.asUintN(64, left << BigInt.asUintN(6, right));
  }
}

function readTerm(reader: TokenReader, words: Vocabulary): Operand {
  if (reader.accept("(")) {
    const inner = reader.inside(() => readOperand(reader, words));
    reader.expect(")");
    return inner;
  }
  const sign = reader.accept("~", "-");
  if (sign !== undefined) {
    const inner = reader.inside(() => readTerm(reader, words));
    if (inner.kind === "unknown") return inner;
    if (inner.kind !== "value") return reader.fail(`'${sign.text}' stands before a constant`);
    return { kind: "value", value: BigInt.asUintN(64, sign.text === "~" ? ~inner.value : -inner.value) };
  }
  const { kind, text, value } = reader.next;
  if (kind === "number") {
    if (value > ALL_BITS) reader.fail("The number has more than 64 bits");
    reader.take();
    return { kind: "value", value };
  }
  if (kind !== "name") return reader.fail("An argument or a constant is missing here");
  const argument = words.argument(text);
  if (argument !== undefined) {
    reader.take();
    return { kind: "argument", argument, mask: ALL_BITS };
  }
  const constant = words.constant?.(text) ?? constantValue(text) ?? wide(errnoValue(text));
  if (constant === undefined) {
    const near = nearestName(text, constantNames());
    reader.problems.error(
      "unknown-reference",
      reader.source.place(reader.next.span),
      `'${text}' is no argument and no known constant.`,
      didYouMean(near) ?? "Arguments are arg0 to arg5; any constant can be written as a number.",
    );
    reader.take();
    return { kind: "unknown" };
  }
  reader.take();
  return { kind: "value", value: constant };
}

function wide(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}
