import type { CodeParts } from "./code-parts.ts";
import type { Operand } from "./emitter.ts";
import type { Expression } from "./syntax-tree.ts";
import { nameOfType, sizeOfType, type TraceType, widened } from "./types.ts";

/** `(1, "a")` */
export function tuple(parts: CodeParts, node: Expression & { kind: "tuple" }): Operand {
  const { emitter } = parts;
  const values = node.parts.map((part) => parts.evaluate(part));
  const type: TraceType = { kind: "tuple", parts: values.map((value) => widened(value.type)) };
  const at = emitter.allocate(sizeOfType(type), node);
  let next = at;
  for (const value of values) {
    emitter.copyTo(next, sizeOfType(value.type), value);
    next += sizeOfType(value.type);
  }
  return { type, at };
}

/** `$tuple.0` */
export function element(parts: CodeParts, node: Expression & { kind: "element" }): Operand {
  const of = parts.evaluate(node.of);
  // A map of which nothing is known yet: the whole is gone through again.
  if ("constant" in of && node.of.kind === "map" && !parts.maps.isComplete) return of;
  if (of.type.kind !== "tuple" || !("at" in of))
    return parts.source.fail(node, `Only tuples have numbered elements, not ${nameOfType(of.type)}.`);
  const { parts: types } = of.type;
  const type = types[node.index];
  if (type === undefined)
    return parts.source.fail(node, `This tuple has ${types.length} elements, the first of which is 0.`);
  const before = types.slice(0, node.index).reduce((sum, one) => sum + sizeOfType(one), 0);
  return { type, at: of.at + before };
}
