import type { CodeParts } from "./code-parts.ts";
import type { Operand } from "./emitter.ts";
import type { Expression } from "./syntax-tree.ts";
import { nameOfType } from "./types.ts";

/** Code that computes what must be a number. */
export function number(parts: CodeParts, node: Expression): Operand {
  const found = parts.evaluate(node);
  if (found.type.kind === "int" || found.type.kind === "symbol" || found.type.kind === "stack") return found;
  return parts.source.fail(node, `A number is expected, not ${nameOfType(found.type)}.`);
}
