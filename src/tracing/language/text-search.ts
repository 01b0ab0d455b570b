import type { CodeParts } from "./code-parts.ts";
import { type Operand, signed } from "./emitter.ts";
import type { Expression } from "./syntax-tree.ts";
import { INT, nameOfType, sizeOfType, TEXT_BYTES } from "./types.ts";

type Call = Expression & { kind: "call" };

/** strncmp(): 0 where the first bytes of two texts are the same, 1 elsewhere. */
export function compareFirst(
  parts: CodeParts,
  node: Call,
  left: Expression,
  right?: Expression,
  count?: Expression,
): Operand {
  const { emitter, source } = parts;
  if (count?.kind !== "number") return source.fail(node, "strncmp() ends with a number that is known.");
  const [a, b] = [textAt(parts, left), textAt(parts, right!)];
  const result = emitter.allocate(8, node);
  const [same, differ, end] = [emitter.label("same"), emitter.label("differ"), emitter.label("compared")];
  for (let i = 0; i < Math.min(Number(count.value), TEXT_BYTES); i++) {
    emitter.emit(i < a.size ? `r1 = *(u8 *)(r10 ${signed(a.at + i)})` : "r1 = 0");
    emitter.emit(i < b.size ? `r2 = *(u8 *)(r10 ${signed(b.at + i)})` : "r2 = 0");
    emitter.emit(`if r1 != r2 goto ${differ}`);
    if (i >= a.size || i >= b.size) break;
    emitter.emit(`if r1 == 0 goto ${same}`);
  }
  emitter.emit(`goto ${same}`);
  emitter.place(differ);
  emitter.emit(`*(u64 *)(r10 ${signed(result)}) = 1`, `goto ${end}`);
  emitter.place(same);
  emitter.emit(`*(u64 *)(r10 ${signed(result)}) = 0`);
  emitter.place(end);
  return { type: INT, at: result };
}

/** strcontains(): 1 where a text that is known is in another. */
export function contains(parts: CodeParts, node: Call, hay: Expression, needle?: Expression): Operand {
  const { emitter, source } = parts;
  if (needle?.kind !== "text") return source.fail(node, "strcontains() takes a text, and one that is known.");
  const { at, size } = textAt(parts, hay);
  const result = emitter.allocate(8, node);
  const [yes, end] = [emitter.label("found"), emitter.label("searched")];
  const bytes = Buffer.from(needle.text, "latin1");
  for (let from = 0; from + bytes.length <= size; from++) {
    const next = emitter.label("next");
    for (const [i, byte] of bytes.entries())
      emitter.emit(`r1 = *(u8 *)(r10 ${signed(at + from + i)})`, `if r1 != ${byte} goto ${next}`);
    emitter.emit(`goto ${yes}`);
    emitter.place(next);
  }
  emitter.emit(`*(u64 *)(r10 ${signed(result)}) = 0`, `goto ${end}`);
  emitter.place(yes);
  emitter.emit(`*(u64 *)(r10 ${signed(result)}) = 1`);
  emitter.place(end);
  return { type: INT, at: result };
}

function textAt(parts: CodeParts, node: Expression): { readonly at: number; readonly size: number } {
  const found = parts.evaluate(node);
  if (found.type.kind !== "string" || !("at" in found))
    return parts.source.fail(node, `A text is expected, not ${nameOfType(found.type)}.`);
  return { at: found.at, size: sizeOfType(found.type) };
}
