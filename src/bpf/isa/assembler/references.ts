import type { Reference } from "../instruction.ts";
import type { Cursor } from "./cursor.ts";
import type { Draft } from "./draft.ts";
import { atRfcReference, parseRfcReference } from "./rfc-references.ts";
import { parseTarget } from "./targets.ts";

/** Does something that a loader resolves stand here: `map[`, `btf[`, `subprog[`, or one of RFC 9669's functions? */
export function atReference(cursor: Cursor): boolean {
  const { text } = cursor.peek();
  const next = cursor.peek(1).text;
  return next === "[" ? /^(?:map|btf|subprog)$/.test(text) : next === "(" && atRfcReference(cursor);
}

/**
 * The source of a 64-bit immediate load that is no number. A map by its descriptor, its name or its index among those
 * given at load, with `[0]+8` for an address in its first value: `map[fd:3]`, `map[name]`, `map[idx:0][0]+8`. bpftool's
 * `map[id:3]` is read as a descriptor, which is what the field holds in a program to be loaded. `btf[id:5]` and
 * `btf[id:5 fd:4]`: a kernel variable. `subprog[+3]`, `subprog[name]`: a function of the program. For what RFC 9669 calls
 * them see parseRfcReference.
 */
export function parseReference(cursor: Cursor, index: number, dst: number): Draft {
  if (cursor.peek(1).text === "(") return parseRfcReference(cursor, index, dst);
  const what = cursor.take().text;
  cursor.expect("[");
  if (what === "map") return mapReference(cursor, index, dst);
  if (what === "subprog") return functionReference(cursor, index, dst);
  cursor.expect("id");
  cursor.expect(":");
  const imm = cursor.immediate();
  let nextImm = 0;
  if (cursor.accept("fd")) {
    cursor.expect(":");
    nextImm = cursor.immediate();
  }
  cursor.expect("]");
  return { instruction: { kind: "reference", index, to: "btf-id", dst, imm, nextImm } };
}

function mapReference(cursor: Cursor, index: number, dst: number): Draft {
  const token = cursor.mapName("a map's name, or fd: or idx: and a number");
  const named = !cursor.accept(":");
  if (!named && !/^(?:fd|id|idx)$/.test(token.text))
    cursor.fail(token, `A map is given as fd:, id: or idx: and a number, not '${token.text}:'.`);
  const imm = named ? 0 : cursor.immediate();
  cursor.expect("]");

  let inValue = false;
  if (cursor.accept("[")) {
    cursor.expect("0");
    cursor.expect("]");
    inValue = true;
  }
  const sign = cursor.peek().text;
  let nextImm = 0;
  if (sign === "+" || sign === "-") {
    nextImm = cursor.immediate();
    inValue = true;
  }
  const byIndex = !named && token.text === "idx";
  const to = byIndex ? (inValue ? "map-index-value" : "map-index") : inValue ? "map-value" : "map-fd";
  const instruction: Reference = { kind: "reference", index, to, dst, imm, nextImm };
  return named ? { instruction, uses: { name: token.text, token, as: "map" } } : { instruction };
}

function functionReference(cursor: Cursor, index: number, dst: number): Draft {
  const target = parseTarget(cursor, index, 32, "target");
  cursor.expect("]");
  const instruction: Reference = { kind: "reference", index, to: "function", dst, imm: 0, nextImm: 0 };
  if ("slot" in target) return { instruction: { ...instruction, imm: target.slot - index - 1 } };
  return { instruction, uses: target.uses };
}
