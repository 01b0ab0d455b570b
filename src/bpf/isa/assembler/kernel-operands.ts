import type { Cursor, Register } from "./cursor.ts";
import type { Token } from "./tokens.ts";

/** `(u32 *)`: how many bytes a load or store moves. */
export function parseType(cursor: Cursor): { bytes: 1 | 2 | 4 | 8; signed: boolean; token: Token } {
  cursor.expect("(");
  const token = cursor.peek();
  const match = /^([us])(8|16|32|64)$/.exec(token.text);
  if (match === null || token.text === "s64") cursor.failExpecting("a type: u8, u16, u32, u64, s8, s16 or s32");
  cursor.take();
  cursor.expect("*");
  cursor.expect(")");
  return { bytes: (Number(match![2]) / 8) as 1 | 2 | 4 | 8, signed: match![1] === "s", token };
}

/** `(r1 +8)` */
export function parseAddress(cursor: Cursor): { register: number; offset: number } {
  cursor.expect("(");
  const register = cursor.register64();
  const offset = cursor.offset();
  cursor.expect(")");
  return { register, offset };
}

/** A register as wide as `left`, or a number. */
export function parseSource(cursor: Cursor, left: Register): { src: number | null; imm: number } {
  if (cursor.atRegister()) return { src: expectSameWidth(cursor, left).number, imm: 0 };
  if (!cursor.atNumber()) cursor.failExpecting("a register or a number");
  return { src: null, imm: cursor.immediate() };
}

/** The next register, which must be as wide as `left`. */
export function expectSameWidth(cursor: Cursor, left: Register): Register {
  const right = cursor.register();
  if (right.bits !== left.bits)
    cursor.fail(
      right.token,
      `'${left.token.text}' and '${right.token.text}' are of different widths.`,
      "Use r registers for 64 bits, or w registers for 32.",
    );
  return right;
}
