import type { CodeParts } from "./code-parts.ts";
import { narrowed, type Operand, signed } from "./emitter.ts";
import { nearHint } from "./hints.ts";
import { callUpdate, keyed } from "./map-code.ts";
import { number } from "./number.ts";
import type { Expression } from "./syntax-tree.ts";
import { INT } from "./types.ts";

/** `++` and `--`: changes a map or a variable, and gives its old or its new value. */
export function step(parts: CodeParts, node: Expression & { kind: "step" }): Operand {
  const { emitter, source, variables } = parts;
  const { to, by, isBefore } = node;
  if (to.kind === "variable") {
    const known = variables.get(to.name);
    if (known === undefined || !("at" in known))
      return source.fail(to, `Nothing was assigned to ${to.name} before.`, nearHint(to.name, variables.keys()));
    if (known.type.kind !== "int") return source.fail(to, "Only numbers can be counted up and down.");
    const given = emitter.allocate(8, node);
    emitter.load("r1", known);
    if (!isBefore) emitter.emit(`*(u64 *)(r10 ${signed(given)}) = r1`);
    emitter.emit(`r1 += ${by}`, ...narrowed("r1", known.type), `*(u64 *)(r10 ${signed(known.at)}) = r1`);
    if (isBefore) emitter.emit(`*(u64 *)(r10 ${signed(given)}) = r1`);
    return { type: known.type, at: given };
  }
  const found = keyed(parts, to, { kind: "value", type: INT });
  const old = number(parts, to);
  const at = emitter.allocate(8, node);
  emitter.load("r1", old);
  emitter.emit(`r1 += ${by}`, `*(u64 *)(r10 ${signed(at)}) = r1`);
  if (found !== undefined) callUpdate(parts, found, at);
  return isBefore ? { type: old.type, at } : old;
}
