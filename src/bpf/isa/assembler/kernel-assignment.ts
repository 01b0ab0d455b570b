import { LOAD_IMMEDIATE_64 } from "../opcodes.ts";
import { ASSIGNED } from "../signs.ts";
import { parseSpaces } from "./address-spaces.ts";
import type { Cursor, Register } from "./cursor.ts";
import type { Draft, ListingHint } from "./draft.ts";
import { parseAtomicCall } from "./kernel-atomics.ts";
import { expectSameWidth, parseAddress, parseSource, parseType } from "./kernel-operands.ts";
import { atReference, parseReference } from "./references.ts";

const SWAP = /^(be|le|bswap)(16|32|64)$/;

/** A statement that begins with a register: `r1 += 5`, `r1 = *(u64 *)(r2 +8)`. */
export function parseAssignment(cursor: Cursor, index: number, hint: ListingHint): Draft {
  const dst = cursor.register();
  const operator = cursor.peek();
  const operation = ASSIGNED.get(operator.text);
  if (operation !== undefined && operation !== "mov") {
    cursor.take();
    return {
      instruction: { kind: "alu", index, bits: dst.bits, operation, dst: dst.number, ...parseSource(cursor, dst) },
    };
  }
  if (operator.text !== "=") cursor.failExpecting(`an assignment: ${[...ASSIGNED.keys()].join(" ")}`);
  cursor.take();
  return parseValue(cursor, index, dst, hint);
}

/** What stands right of `=` after a register. */
function parseValue(cursor: Cursor, index: number, dst: Register, hint: ListingHint): Draft {
  const token = cursor.peek();
  if (cursor.atRegister()) return parseMove(cursor, index, dst);
  if (token.text === "-" && cursor.atRegister(1)) return parseNegation(cursor, index, dst);
  if (cursor.atNumber()) return parseConstant(cursor, index, dst, hint);
  if (token.text === "*") return parseLoad(cursor, index, dst);
  if (token.text === "(") return parseSignedMove(cursor, index, dst);
  const atomic = parseAtomicCall(cursor, index, dst);
  if (atomic !== undefined) return { instruction: atomic };

  if (token.kind !== "name" && token.text !== "&") cursor.failExpecting(`what to put into '${dst.token.text}'`);
  const swap = SWAP.exec(token.text);
  if (swap !== null && cursor.atRegister(1)) return parseSwap(cursor, index, dst, swap);
  if (dst.bits === 32) cursor.fail(dst.token, "Addresses take a whole register.", `Write 'r${dst.number}'.`);
  if (token.text === "&") return parsePercpuAddress(cursor, index, dst);
  if (token.text === "addr_space_cast") return parseCast(cursor, index, dst);
  if (atReference(cursor)) {
    const draft = parseReference(cursor, index, dst.number);
    cursor.accept("ll");
    return draft;
  }
  cursor.mapName(`what to put into '${dst.token.text}'`);
  cursor.accept("ll");
  return {
    instruction: { kind: "reference", index, to: "map-fd", dst: dst.number, imm: 0, nextImm: 0 },
    uses: { name: token.text, token, as: "address" },
  };
}

function parseMove(cursor: Cursor, index: number, dst: Register): Draft {
  const src = cursor.register();
  // LLVM writes a 32-bit move, which clears the upper half, as r1 = w2 too.
  if (src.bits === 64 && dst.bits === 32)
    cursor.fail(src.token, `'${dst.token.text}' takes the lower half of a register.`, `Write 'w${src.number}'.`);
  return {
    instruction: { kind: "alu", index, bits: src.bits, operation: "mov", dst: dst.number, src: src.number, imm: 0 },
  };
}

function parseNegation(cursor: Cursor, index: number, dst: Register): Draft {
  cursor.take();
  expectSame(cursor, dst, "Negation");
  return { instruction: { kind: "negate", index, bits: dst.bits, dst: dst.number } };
}

function parseSwap(cursor: Cursor, index: number, dst: Register, [, order, bits]: RegExpExecArray): Draft {
  if (dst.bits === 32) cursor.fail(dst.token, "Byte swaps take a whole register.", `Write 'r${dst.number}'.`);
  cursor.take();
  expectSame(cursor, dst, "A byte swap");
  return {
    instruction: {
      kind: "byte-swap",
      index,
      order: order === "bswap" ? "swap" : (order as "le" | "be"),
      bits: Number(bits) as 16 | 32 | 64,
      dst: dst.number,
    },
  };
}

function expectSame(cursor: Cursor, dst: Register, what: string): void {
  const src = cursor.register();
  if (src.number !== dst.number || src.bits !== dst.bits)
    cursor.fail(src.token, `${what} works in place: '${dst.token.text}' on both sides.`);
}

/** A number: 32 bits that fit a move, or 64 bits where `ll` follows or the listing's opcode says so. */
function parseConstant(cursor: Cursor, index: number, dst: Register, hint: ListingHint): Draft {
  let ahead = 0;
  while (cursor.peek(ahead).kind !== "number") ahead++;
  const wide = cursor.peek(ahead + 1).text === "ll";
  if (!wide && hint.opcode !== LOAD_IMMEDIATE_64) {
    const advice = dst.bits === 64 ? "A 64-bit immediate ends in 'll'." : undefined;
    return {
      instruction: {
        kind: "alu",
        index,
        bits: dst.bits,
        operation: "mov",
        dst: dst.number,
        src: null,
        imm: cursor.immediate(advice),
      },
    };
  }
  if (dst.bits === 32) cursor.fail(dst.token, "A 64-bit immediate takes a whole register.", `Write 'r${dst.number}'.`);
  const value = cursor.integer64("the immediate");
  cursor.accept("ll");
  return { instruction: { kind: "constant", index, dst: dst.number, value } };
}

/** `*(u64 *)(r1 +8)` or `*(u16 *)skb[r1 + 12]` */
function parseLoad(cursor: Cursor, index: number, dst: Register): Draft {
  cursor.take();
  const { bytes, signed, token } = parseType(cursor);
  if (cursor.accept("skb")) {
    if (signed || bytes === 8) cursor.fail(token, "Packet loads take u8, u16 or u32.");
    if (dst.number !== 0) cursor.fail(dst.token, "Packet loads put their result into r0.");
    cursor.expect("[");
    const src = cursor.atRegister() ? cursor.register64() : null;
    const imm = src === null ? cursor.immediate() : cursor.peek().text === "]" ? 0 : signedOffset(cursor);
    cursor.expect("]");
    return { instruction: { kind: "packet-load", index, bytes, src, imm } };
  }
  if (dst.bits === 32 && (signed || bytes === 8))
    cursor.fail(dst.token, `A load of '${token.text}' fills a whole register.`, `Write 'r${dst.number}'.`);
  const { register: src, offset } = parseAddress(cursor);
  return { instruction: { kind: "load", index, bytes, signed, dst: dst.number, src, offset } };
}

/** What is added to a packet load's register: a 32-bit number behind a sign. */
function signedOffset(cursor: Cursor): number {
  const { text } = cursor.peek();
  if (text !== "+" && text !== "-") cursor.failExpecting("']', or a sign and a number");
  return cursor.immediate();
}

/** `(s8)r2` */
function parseSignedMove(cursor: Cursor, index: number, dst: Register): Draft {
  cursor.take();
  const token = cursor.take();
  const match = /^s(8|16|32)$/.exec(token.text);
  if (match === null || (match[1] === "32" && dst.bits === 32))
    cursor.fail(token, `Expected (s8)${dst.bits === 64 ? ", (s16) or (s32)" : " or (s16)"}.`);
  cursor.expect(")");
  const src = expectSameWidth(cursor, dst);
  return {
    instruction: {
      kind: "move-signed",
      index,
      bits: dst.bits,
      from: Number(match[1]) as 8 | 16 | 32,
      dst: dst.number,
      src: src.number,
    },
  };
}

/** `&(void __percpu *)(r1)` */
function parsePercpuAddress(cursor: Cursor, index: number, dst: Register): Draft {
  for (const word of ["&", "(", "void", "__percpu", "*", ")", "("]) cursor.expect(word);
  const src = cursor.register64();
  cursor.expect(")");
  return { instruction: { kind: "percpu-address", index, dst: dst.number, src } };
}

/** `addr_space_cast(r2, 0, 1)` */
function parseCast(cursor: Cursor, index: number, dst: Register): Draft {
  cursor.take();
  cursor.expect("(");
  const src = cursor.register64();
  cursor.expect(",");
  const { to, from } = parseSpaces(cursor);
  cursor.expect(")");
  return { instruction: { kind: "address-space-cast", index, dst: dst.number, src, to, from } };
}
