import type { Reference } from "../instruction.ts";
import type { Cursor } from "./cursor.ts";
import type { Draft } from "./draft.ts";
import { parseTarget } from "./targets.ts";

/** Sources of 64-bit immediates as RFC 9669, section 5.4, names them. */
const FUNCTIONS: ReadonlyMap<string, Reference["to"]> = new Map([
  ["map_by_fd", "map-fd"],
  ["map_by_idx", "map-index"],
  ["var_addr", "btf-id"],
  ["code_addr", "function"],
]);

/** Does one of them stand here? */
export function atRfcReference(cursor: Cursor): boolean {
  const { text } = cursor.peek();
  return text === "map_val" || FUNCTIONS.has(text);
}

/**
 * `map_by_fd(3)`, `map_by_fd(name)`, `map_by_idx(0)`, `map_val(map_by_fd(3)) + 8`, `var_addr(5)`, `code_addr(+3)`,
 * `code_addr(label)`.
 */
export function parseRfcReference(cursor: Cursor, index: number, dst: number): Draft {
  const token = cursor.take();
  cursor.expect("(");
  if (token.text === "map_val") return mapValue(cursor, index, dst);
  const to = FUNCTIONS.get(token.text)!;
  if (to === "function") {
    const target = parseTarget(cursor, index, 32, "target");
    cursor.expect(")");
    const instruction: Reference = { kind: "reference", index, to, dst, imm: 0, nextImm: 0 };
    if ("slot" in target) return { instruction: { ...instruction, imm: target.slot - index - 1 } };
    return { instruction, uses: target.uses };
  }
  if (to !== "map-fd" && !cursor.atNumber()) cursor.failExpecting("a number");
  const name = cursor.atNumber() ? undefined : cursor.mapName("a map's descriptor or name");
  const imm = name === undefined ? cursor.immediate() : 0;
  cursor.expect(")");
  const instruction: Reference = { kind: "reference", index, to, dst, imm, nextImm: 0 };
  return name === undefined ? { instruction } : { instruction, uses: { name: name.text, token: name, as: "map" } };
}

/** What follows `map_val(`. */
function mapValue(cursor: Cursor, index: number, dst: number): Draft {
  const { text } = cursor.peek();
  if (text !== "map_by_fd" && text !== "map_by_idx") cursor.failExpecting("map_by_fd or map_by_idx");
  const { instruction, ...more } = parseRfcReference(cursor, index, dst);
  cursor.expect(")");
  const sign = cursor.peek().text;
  const nextImm = sign === "+" || sign === "-" ? cursor.immediate() : 0;
  const to = text === "map_by_fd" ? "map-value" : "map-index-value";
  return { ...more, instruction: { ...(instruction as Reference), to, nextImm } };
}
