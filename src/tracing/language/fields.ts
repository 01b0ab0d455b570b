import { contextField } from "./builtins.ts";
import type { CodeParts } from "./code-parts.ts";
import type { Operand } from "./emitter.ts";
import { nearHint } from "./hints.ts";
import { readNumber, readText } from "./memory.ts";
import { number } from "./number.ts";
import { STRUCTS } from "./structs.ts";
import type { Expression } from "./syntax-tree.ts";

export const isArgs = (node: Expression): boolean => node.kind === "name" && node.name === "args";

/** A field of `args`, or of what a pointer to a structure points at. */
export function field(parts: CodeParts, node: Expression & { kind: "field" }): Operand {
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
