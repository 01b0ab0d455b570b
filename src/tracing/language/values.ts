import { builtinValue, contextField } from "./builtins.ts";
import { functionValue } from "./calls.ts";
import type { CodeParts } from "./code-parts.ts";
import { narrowed, narrowedConstant, type Operand, signed } from "./emitter.ts";
import { nearHint } from "./hints.ts";
import { lookUp } from "./map-code.ts";
import { readNumber, readText } from "./memory.ts";
import { number } from "./number.ts";
import { step } from "./steps.ts";
import { STRUCTS } from "./structs.ts";
import type { Expression, MapPlace } from "./syntax-tree.ts";
import { element, tuple } from "./tuples.ts";
import {
  INT,
  INTEGERS,
  LEAST,
  nameOfType,
  roomFor,
  sizeOfType,
  TEXT_BYTES,
  type TraceType,
  UNSIGNED,
} from "./types.ts";

const ARITHMETIC: Readonly<Record<string, string>> = {
  "+": "+=",
  "-": "-=",
  "*": "*=",
  "&": "&=",
  "|": "|=",
  "^": "^=",
  "<<": "<<=",
};
const COMPARISONS: readonly string[] = ["==", "!=", "<", "<=", ">", ">="];

/** Code that computes a value and leaves it on the stack. */
export function value(parts: CodeParts, node: Expression): Operand {
  const { emitter, source, scene } = parts;
  switch (node.kind) {
    case "number":
      return { type: INT, constant: BigInt.asIntN(64, node.value) };
    case "text": {
      if (node.text.length >= TEXT_BYTES)
        source.fail(node, `A text has at most ${TEXT_BYTES - 1} bytes; this has ${node.text.length}.`);
      const size = roomFor(node.text.length);
      return { type: { kind: "string", size }, at: emitter.text(node.text, size, node) };
    }
    case "variable":
      return (
        parts.variables.get(node.name) ??
        source.fail(node, `Nothing was assigned to ${node.name} before.`, nearHint(node.name, parts.variables.keys()))
      );
    case "name":
      return builtinValue(parts, node.name, node);
    case "map":
      return mapValue(parts, node);
    case "field":
      return field(parts, node);
    case "index":
      if (node.of.kind === "field" && node.index.kind === "number" && isArgs(node.of.of))
        return contextField(parts, node.of.name, node.of.nameSpan, Number(node.index.value));
      return source.fail(node, "Only the arrays of an event's fields have elements, by a number that is known.");
    case "cast":
      return cast(parts, node);
    case "tuple":
      return tuple(parts, node);
    case "element":
      return element(parts, node);
    case "positional":
      return positional(parts, node);
    case "step":
      return step(parts, node);
    case "sizeof":
      return { type: UNSIGNED, constant: BigInt(INTEGERS[node.type]!.bytes ?? 8) };
    case "call":
      return functionValue(parts, node);
    case "unary":
      return unary(parts, node);
    case "binary":
      if (node.operator === "&&" || node.operator === "||" || COMPARISONS.includes(node.operator))
        return truth(parts, node);
      return arithmetic(parts, node);
    case "choice":
      return choice(parts, node);
  }
  return source.fail(node, `This has no value in ${scene.provider}.`);
}

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
function truth(parts: CodeParts, node: Expression & { kind: "binary" }): Operand {
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
  const left = value(parts, node.left);
  const right = value(parts, node.right);
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

function arithmetic(parts: CodeParts, node: Expression & { kind: "binary" }): Operand {
  const { emitter, source } = parts;
  const left = number(parts, node.left);
  const right = number(parts, node.right);
  const isSigned = isSignedPair(left, right);
  emitter.load("r1", left);
  emitter.load("r2", right);
  switch (node.operator) {
    case "/":
    case "%":
      emitter.emit(`r1 ${node.operator}= r2`);
      break;
    case ">>":
      emitter.emit("r1 >>= r2");
      break;
    default: {
      const operator = ARITHMETIC[node.operator];
      if (operator === undefined) source.fail(node, `There is no operator '${node.operator}'.`);
      emitter.emit(`r1 ${operator} r2`);
    }
  }
  return emitter.keep(isSigned ? INT : UNSIGNED, node, "r1");
}

/** One unsigned number makes both so. */
function isSignedPair(left: Operand, right: Operand): boolean {
  const isSigned = (it: Operand) => it.type.kind === "int" && it.type.signed;
  return isSigned(left) && isSigned(right);
}

const isNumber = ({ kind }: TraceType): boolean => kind === "int" || kind === "symbol" || kind === "stack";

/** A number as one of another type; what is behind a pointer is read where it is used. */
function cast(parts: CodeParts, node: Expression & { kind: "cast" }): Operand {
  const { emitter } = parts;
  const of = number(parts, node.of);
  const type = INTEGERS[node.type];
  if (node.isPointer || type === undefined) return { ...of, type: UNSIGNED };
  if ("constant" in of) return { type, constant: narrowedConstant(of.constant, type) };
  if (type.bytes === undefined) return { ...of, type };
  emitter.load("r1", of);
  emitter.emit(...narrowed("r1", type));
  return emitter.keep(type, node, "r1");
}

/** `$1`: what stands behind the one-liner; 0 where nothing does. */
function positional(parts: CodeParts, node: Expression & { kind: "positional" }): Operand {
  if (node.number === 0) return { type: INT, constant: BigInt(parts.positional.length) };
  const given = parts.positional[node.number - 1] ?? "0";
  if (!/^-?(0x[\da-f]+|\d+)$/i.test(given))
    parts.source.fail(
      node,
      `Parameter ${node.number} is '${given}', which is no number.`,
      `For a text: \`str($${node.number})\`.`,
    );
  const value = given.startsWith("-") ? -BigInt(given.slice(1)) : BigInt(given);
  return { type: INT, constant: BigInt.asIntN(64, value) };
}

function unary(parts: CodeParts, node: Expression & { kind: "unary" }): Operand {
  const { emitter } = parts;
  const of = number(parts, node.of);
  if (node.operator === "*") {
    const behind = node.of.kind === "cast" && node.of.isPointer ? INTEGERS[node.of.type] : undefined;
    return readNumber(parts, of, 0, behind?.bytes ?? 8, behind?.signed ?? false, node);
  }
  const type: TraceType = of.type.kind === "int" ? of.type : UNSIGNED;
  if (node.operator === "-" && "constant" in of) return { type, constant: narrowedConstant(-of.constant, type) };
  emitter.load("r1", of);
  if (node.operator === "-") emitter.emit("r1 = -r1");
  else if (node.operator === "~") emitter.emit("r1 ^= -1");
  else {
    const end = emitter.label("not");
    emitter.emit("r2 = r1", "r1 = 0", `if r2 != 0 goto ${end}`, "r1 = 1");
    emitter.place(end);
  }
  emitter.emit(...narrowed("r1", type));
  return emitter.keep(type, node, "r1");
}

function choice(parts: CodeParts, node: Expression & { kind: "choice" }): Operand {
  const { emitter, source } = parts;
  const [no, end] = [emitter.label("no"), emitter.label("end")];
  const at = emitter.allocate(TEXT_BYTES, node);
  unless(parts, node.condition, no);
  const yesValue = value(parts, node.yes);
  emitter.copyTo(at, yesValue.type.kind === "string" ? TEXT_BYTES : 8, yesValue);
  emitter.emit(`goto ${end}`);
  emitter.place(no);
  const noValue = value(parts, node.no);
  emitter.copyTo(at, noValue.type.kind === "string" ? TEXT_BYTES : 8, noValue);
  emitter.place(end);
  if (yesValue.type.kind !== noValue.type.kind || yesValue.type.kind === "address")
    source.fail(node, "Both sides of a choice must be numbers, or texts.");
  return { type: yesValue.type.kind === "string" ? { kind: "string", size: TEXT_BYTES } : INT, at };
}

function mapValue(parts: CodeParts, node: MapPlace): Operand {
  const { emitter, source } = parts;
  const found = lookUp(parts, node);
  if (found === undefined) return { type: INT, constant: 0n };
  const { map } = found;
  if (map.value.kind === "hist" || map.value.kind === "lhist")
    source.fail(node, `${node.name} is a histogram, which is no value.`);
  const type: TraceType = map.value.kind === "value" ? map.value.type : INT;
  const size = sizeOfType(type);
  const at = emitter.allocate(size, node);
  emitter.zero(at, size);
  const missing = emitter.label("missing");
  emitter.emit(`if r0 == 0 goto ${missing}`);
  if (map.value.kind === "avg" || map.value.kind === "stats")
    emitter.emit("r1 = *(u64 *)(r0 + 8)", "r2 = *(u64 *)(r0 + 0)", "r1 s/= r2", `*(u64 *)(r10 ${signed(at)}) = r1`);
  else if (map.value.kind === "min")
    emitter.emit(`r1 = ${LEAST} ll`, "r2 = *(u64 *)(r0 + 0)", "r1 -= r2", `*(u64 *)(r10 ${signed(at)}) = r1`);
  else
    for (let i = 0; i < size; i += 8) emitter.emit(`r1 = *(u64 *)(r0 + ${i})`, `*(u64 *)(r10 ${signed(at + i)}) = r1`);
  emitter.place(missing);
  return { type, at };
}

const isArgs = (node: Expression): boolean => node.kind === "name" && node.name === "args";

function field(parts: CodeParts, node: Expression & { kind: "field" }): Operand {
  if (isArgs(node.of)) return contextField(parts, node.name, node.nameSpan);
  if (node.of.kind !== "cast")
    parts.source.fail(
      node,
      "Only `args` and pointers to structures have fields.",
      "Say what it points at: `((struct sk_buff *)arg0)->len`.",
    );
  const fields = STRUCTS[node.of.type];
  if (fields === undefined)
    parts.source.fail(
      node.of,
      `Nothing is known of struct ${node.of.type}.`,
      nearHint(node.of.type, Object.keys(STRUCTS)),
    );
  const found = fields[node.name];
  if (found === undefined)
    parts.source.fail(
      node.nameSpan,
      `struct ${node.of.type} has no field '${node.name}' here.`,
      nearHint(node.name, Object.keys(fields)),
    );
  const pointer = number(parts, node.of.of);
  const [offset, size, kind] = found;
  if (kind === "text") return readText(parts, pointer, offset, node);
  return readNumber(parts, pointer, offset, size, kind === "signed", node);
}
