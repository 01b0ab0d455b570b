import { arithmetic, cast, unary } from "./arithmetic.ts";
import { builtinValue, contextField } from "./builtins.ts";
import { functionValue } from "./calls.ts";
import type { CodeParts } from "./code-parts.ts";
import { isTruth, truth, unless } from "./conditions.ts";
import { type Operand, signed } from "./emitter.ts";
import { field, isArgs, structOf } from "./fields.ts";
import { nearHint } from "./hints.ts";
import { lookUp } from "./map-code.ts";
import { step } from "./steps.ts";
import { structSize } from "./structs.ts";
import type { Expression, MapPlace } from "./syntax-tree.ts";
import { element, tuple } from "./tuples.ts";
import { INT, INTEGERS, LEAST, roomFor, sizeOfType, TEXT_BYTES, type TraceType, UNSIGNED } from "./types.ts";

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
      return {
        type: UNSIGNED,
        constant: BigInt(node.isStruct ? structSize(structOf(parts, node)) : (INTEGERS[node.type]!.bytes ?? 8)),
      };
    case "call":
      return functionValue(parts, node);
    case "unary":
      return unary(parts, node);
    case "binary":
      return isTruth(node.operator) ? truth(parts, node) : arithmetic(parts, node);
    case "choice":
      return choice(parts, node);
  }
  return source.fail(node, `This has no value in ${scene.provider}.`);
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
