import { nearestName } from "../../nearest-name.ts";
import { parseSpaces } from "./address-spaces.ts";
import type { Cursor } from "./cursor.ts";
import type { Draft } from "./draft.ts";
import { ATOMIC_MNEMONICS, MNEMONICS } from "./mnemonics.ts";
import { atReference, parseReference } from "./references.ts";
import { draftJump, parseTarget } from "./targets.ts";

/** One statement as ubpf's assembler and the bpf_conformance suite write it. The first word is in MNEMONICS. */
export function parseMnemonicStatement(cursor: Cursor, index: number): Draft {
  const means = MNEMONICS.get(cursor.take().text)!;
  switch (means.kind) {
    case "alu": {
      const dst = cursor.register64();
      cursor.expect(",");
      const { bits, operation } = means;
      return { instruction: { kind: "alu", index, bits, operation, dst, ...parseSource(cursor) } };
    }
    case "negate":
      return { instruction: { kind: "negate", index, bits: means.bits, dst: cursor.register64() } };
    case "move-signed": {
      const { dst, src } = parseTwoRegisters(cursor);
      return { instruction: { kind: "move-signed", index, bits: means.bits, from: means.from, dst, src } };
    }
    case "byte-swap":
      return {
        instruction: { kind: "byte-swap", index, order: means.order, bits: means.bits, dst: cursor.register64() },
      };
    case "address-space-cast": {
      const { dst, src } = parseTwoRegisters(cursor);
      cursor.expect(",");
      return { instruction: { kind: "address-space-cast", index, dst, src, ...parseSpaces(cursor) } };
    }
    case "percpu-address":
      return { instruction: { kind: "percpu-address", index, ...parseTwoRegisters(cursor) } };
    case "load-64":
      return parseLoad64(cursor, index);
    case "load": {
      const dst = cursor.register64();
      cursor.expect(",");
      const { register: src, offset } = parseAddress(cursor);
      return { instruction: { kind: "load", index, bytes: means.bytes, signed: means.signed, dst, src, offset } };
    }
    case "load-acquire": {
      const dst = cursor.register64();
      cursor.expect(",");
      const { register: src, offset } = parseAddress(cursor);
      return { instruction: { kind: "load-acquire", index, bytes: means.bytes, dst, src, offset } };
    }
    case "store": {
      const { register: dst, offset } = parseAddress(cursor);
      cursor.expect(",");
      const src = means.register ? cursor.register64() : null;
      const imm = means.register ? 0 : parseImmediate(cursor);
      return { instruction: { kind: "store", index, bytes: means.bytes, dst, offset, src, imm } };
    }
    case "store-release": {
      const { register: dst, offset } = parseAddress(cursor);
      cursor.expect(",");
      return {
        instruction: { kind: "store-release", index, bytes: means.bytes, dst, src: cursor.register64(), offset },
      };
    }
    case "packet-load": {
      const src = means.register ? cursor.register64() : null;
      if (src !== null) cursor.expect(",");
      return { instruction: { kind: "packet-load", index, bytes: means.bytes, src, imm: parseImmediate(cursor) } };
    }
    case "jump": {
      const target = parseTarget(cursor, index, means.far ? 32 : 16, "target-or-exit");
      return draftJump({ kind: "jump", index, far: means.far, target: index }, target);
    }
    case "branch": {
      const dst = cursor.register64();
      cursor.expect(",");
      const source = parseSource(cursor);
      cursor.expect(",");
      const target = parseTarget(cursor, index, 16, "target-or-exit");
      const { bits, condition } = means;
      return draftJump({ kind: "branch", index, bits, condition, dst, ...source, target: index }, target);
    }
    case "lock":
      return parseLock(cursor, index);
  }
}

/** `fetch add32 [%r10-4], %r1`, after `lock` */
function parseLock(cursor: Cursor, index: number): Draft {
  const fetch = cursor.accept("fetch");
  const token = cursor.peek();
  const means = ATOMIC_MNEMONICS.get(token.text);
  if (means === undefined) {
    const near = nearestName(token.text, ATOMIC_MNEMONICS.keys());
    cursor.failExpecting("an atomic operation: add, or, and, xor, xchg or cmpxchg", near && `Did you mean '${near}'?`);
  }
  cursor.take();
  const { operation, bytes } = means;
  const { register: dst, offset } = parseAddress(cursor);
  cursor.expect(",");
  const src = cursor.register64();
  const fetches = fetch || operation === "xchg" || operation === "cmpxchg";
  return { instruction: { kind: "atomic", index, bytes, operation, fetch: fetches, dst, src, offset } };
}

/** A number, or something that the loader knows. */
function parseLoad64(cursor: Cursor, index: number): Draft {
  const dst = cursor.register64();
  cursor.expect(",");
  if (atReference(cursor)) return parseReference(cursor, index, dst);
  if (!cursor.atNumber()) cursor.failExpecting("a number, or a map such as map_by_fd(3)");
  const value = cursor.integer64("the immediate");
  return { instruction: { kind: "constant", index, dst, value } };
}

function parseTwoRegisters(cursor: Cursor): { dst: number; src: number } {
  const dst = cursor.register64();
  cursor.expect(",");
  return { dst, src: cursor.register64() };
}

function parseSource(cursor: Cursor): { src: number | null; imm: number } {
  return cursor.atRegister() ? { src: cursor.register64(), imm: 0 } : { src: null, imm: parseImmediate(cursor) };
}

function parseImmediate(cursor: Cursor): number {
  if (!cursor.atNumber()) cursor.failExpecting("a number");
  return cursor.signedImmediate();
}

/** `[%r1+8]` */
function parseAddress(cursor: Cursor): { register: number; offset: number } {
  cursor.expect("[");
  const register = cursor.register64();
  const offset = cursor.offset();
  cursor.expect("]");
  return { register, offset };
}
