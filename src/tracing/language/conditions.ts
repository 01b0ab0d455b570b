import { isSignedPair } from "./arithmetic.ts";
import type { CodeParts } from "./code-parts.ts";
import { type Operand, signed } from "./emitter.ts";
import { number } from "./number.ts";
import type { Expression } from "./syntax-tree.ts";
import { INT, nameOfType, sizeOfType, type TraceType } from "./types.ts";

const COMPARISONS: readonly string[] = ["==", "!=", "<", "<=", ">", ">="];

/** Operators whose values are 0 and 1. */
export const isTruth = (operator: string): boolean =>
  operator === "&&" || operator === "||" || COMPARISONS.includes(operator);

/** Goes on at the label where the condition is false. */
export function unless(parts: CodeParts, node: Expression, label: string): void {
  const { emitter } = parts;
  if (node.kind === "binary" && node.operator === "&&") {
    unless(parts, node.left, label);
    unless(parts, node.right, label);
    return;
  }
  const mark = emitter.mark;
  if (node.kind === "binary" && COMPARISONS.includes(node.operator)) compare(parts, node, label);
  else {
    emitter.load("r1", number(parts, node));
    emitter.emit(`if r1 == 0 goto ${label}`);
  }
  emitter.release(mark);
}

/** 0 or 1 for what is true or false. */
export function truth(parts: CodeParts, node: Expression & { kind: "binary" }): Operand {
  const { emitter } = parts;
  const at = emitter.allocate(8, node);
  const [no, end] = [emitter.label("no"), emitter.label("end")];
  if (node.operator === "||") {
    const second = emitter.label("or");
    const yes = emitter.label("yes");
    unless(parts, node.left, second);
    emitter.emit(`goto ${yes}`);
    emitter.place(second);
    unless(parts, node.right, no);
    emitter.place(yes);
  } else unless(parts, node, no);
  emitter.emit(`*(u64 *)(r10 ${signed(at)}) = 1`, `goto ${end}`);
  emitter.place(no);
  emitter.emit(`*(u64 *)(r10 ${signed(at)}) = 0`);
  emitter.place(end);
  return { type: INT, at };
}

const OPPOSITE: Readonly<Record<string, string>> = {
  "==": "!=",
  "!=": "==",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
};

function compare(parts: CodeParts, node: Expression & { kind: "binary" }, otherwise: string): void {
  const { emitter, source } = parts;
  const left = parts.evaluate(node.left);
  const right = parts.evaluate(node.right);
  if (left.type.kind === "string" && right.type.kind === "string") {
    compareTexts(parts, node, left, right, otherwise);
    return;
  }
  if (!isNumber(left.type) || !isNumber(right.type))
    source.fail(node, `${nameOfType(left.type)} cannot be compared with ${nameOfType(right.type)}.`);
  emitter.load("r1", left);
  emitter.load("r2", right);
  const isSigned = isSignedPair(left, right);
  const operator = OPPOSITE[node.operator]!;
  const sign = isSigned && operator !== "==" && operator !== "!=" ? "s" : "";
  emitter.emit(`if r1 ${sign}${operator} r2 goto ${otherwise}`);
}

function compareTexts(
  { emitter, source }: CodeParts,
  node: Expression & { kind: "binary" },
  left: Operand,
  right: Operand,
  otherwise: string,
): void {
  if (node.operator !== "==" && node.operator !== "!=")
    source.fail(node, "Texts are equal or not; there is no order among them.");
  if (!("at" in left) || !("at" in right)) return;
  const bytes = Math.max(sizeOfType(left.type), sizeOfType(right.type));
  const unequal = node.operator === "==" ? otherwise : emitter.label("unequal");
  for (let i = 0; i < bytes; i += 8) {
    for (const [register, operand] of [
      ["r1", left],
      ["r2", right],
    ] as const)
      if (i < sizeOfType(operand.type)) emitter.emit(`${register} = *(u64 *)(r10 ${signed(operand.at + i)})`);
      else emitter.emit(`${register} = 0`);
    emitter.emit(`if r1 != r2 goto ${unequal}`);
  }
  if (node.operator === "==") return;
  emitter.emit(`goto ${otherwise}`);
  emitter.place(unequal);
}

const isNumber = ({ kind }: TraceType): boolean => kind === "int" || kind === "symbol" || kind === "stack";
