import type { CodeParts } from "./code-parts.ts";
import { narrowed, narrowedConstant, type Operand } from "./emitter.ts";
import { structOf } from "./fields.ts";
import { readNumber } from "./memory.ts";
import { number } from "./number.ts";
import type { Expression } from "./syntax-tree.ts";
import { INT, INTEGERS, pointerTo, type TraceType, UNSIGNED } from "./types.ts";

const ARITHMETIC: Readonly<Record<string, string>> = {
  "+": "+=",
  "-": "-=",
  "*": "*=",
  "&": "&=",
  "|": "|=",
  "^": "^=",
  "<<": "<<=",
};

/** An operator between two numbers. */
export function arithmetic(parts: CodeParts, node: Expression & { kind: "binary" }): Operand {
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
export function isSignedPair(left: Operand, right: Operand): boolean {
  const isSigned = (it: Operand) => it.type.kind === "int" && it.type.signed;
  return isSigned(left) && isSigned(right);
}

/** An operator in front of a number; `*` reads what is behind it. */
export function unary(parts: CodeParts, node: Expression & { kind: "unary" }): Operand {
  const { emitter } = parts;
  const of = number(parts, node.of);
  if (node.operator === "*") {
    const behind = node.of.kind === "cast" && node.of.isPointer ? INTEGERS[node.of.type] : undefined;
    return readNumber(parts, of, 0, behind?.bytes ?? 8, behind?.signed ?? false, node);
  }
  const type: TraceType = of.type.kind === "int" && of.type.struct === undefined ? of.type : UNSIGNED;
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

/** A number as one of another type; what is behind a pointer is read where it is used. */
export function cast(parts: CodeParts, node: Expression & { kind: "cast" }): Operand {
  const { emitter } = parts;
  const of = number(parts, node.of);
  const type = INTEGERS[node.type];
  if (type === undefined) return { ...of, type: pointerTo(structOf(parts, node)) };
  if (node.isPointer) return { ...of, type: UNSIGNED };
  if ("constant" in of) return { type, constant: narrowedConstant(of.constant, type) };
  if (type.bytes === undefined) return { ...of, type };
  emitter.load("r1", of);
  emitter.emit(...narrowed("r1", type));
  return emitter.keep(type, node, "r1");
}
