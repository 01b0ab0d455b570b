import type { AtomicOperation, Instruction } from "../instruction.ts";
import type { Cursor, Register } from "./cursor.ts";
import type { Draft } from "./draft.ts";
import { parseAddress, parseType } from "./kernel-operands.ts";

const LOCKED: Readonly<Record<string, AtomicOperation>> = { "+=": "add", "|=": "or", "&=": "and", "^=": "xor" };

/** The kernel's names: atomic_fetch_add((u32 *)(r1 +0), r2), atomic64_xchg((u64 *)(r1 +0), r2). */
const KERNEL_NAME = /^atomic(64)?_(?:fetch_(add|or|and|xor)|(xchg|cmpxchg))$/;
/** LLVM's own: xchg_64(r1 + 0, r2), cmpxchg32_32(r1 + 0, w0, w2). */
const LLVM_NAME = /^(xchg|cmpxchg)(_64|32_32)$/;

/** `*(u64 *)(r0 +0) += r1`, after `lock` */
export function parseLocked(cursor: Cursor, index: number): Draft {
  cursor.expect("*");
  const bytes = parseWord(cursor);
  const { register: dst, offset } = parseAddress(cursor);
  const operation = LOCKED[cursor.peek().text];
  if (operation === undefined) cursor.failExpecting(`an operation: ${Object.keys(LOCKED).join(" ")}`);
  cursor.take();
  const src = cursor.registerOf(bytes === 8 ? 64 : 32);
  return { instruction: { kind: "atomic", index, bytes, operation, fetch: false, dst, src, offset } };
}

/** `store_release((u64 *)(r1 +0), r2)`, after the name */
export function parseStoreRelease(cursor: Cursor, index: number): Draft {
  cursor.expect("(");
  const { bytes, signed, token } = parseType(cursor);
  if (signed) cursor.fail(token, "A store has no sign.", `Write 'u${bytes * 8}'.`);
  const { register: dst, offset } = parseAddress(cursor);
  cursor.expect(",");
  const src = cursor.registerOf(bytes === 8 ? 64 : 32);
  cursor.expect(")");
  return { instruction: { kind: "store-release", index, bytes, dst, src, offset } };
}

/** What stands right of `result =`; undefined where it is no atomic instruction. */
export function parseAtomicCall(cursor: Cursor, index: number, result: Register): Instruction | undefined {
  const { text } = cursor.peek();
  if (cursor.peek(1).text !== "(") return undefined;
  if (text === "load_acquire") return parseLoadAcquire(cursor, index, result);
  const kernel = KERNEL_NAME.exec(text);
  const llvm = LLVM_NAME.exec(text);
  if (kernel === null && llvm === null) return undefined;
  const name = cursor.take();
  cursor.expect("(");

  let bytes: 4 | 8 = llvm?.[2] === "_64" ? 8 : 4;
  let address: { register: number; offset: number };
  if (llvm === null) {
    bytes = parseWord(cursor);
    if (kernel![1] === "64" && bytes === 4)
      cursor.fail(name, `'${text}' works on u64.`, `Write '${text.replace("64", "")}'.`);
    address = parseAddress(cursor);
  } else {
    address = { register: cursor.register64(), offset: cursor.offset() };
  }
  const width = bytes === 8 ? 64 : 32;
  const operation = (kernel?.[2] ?? kernel?.[3] ?? llvm![1]) as AtomicOperation;
  if (operation === "cmpxchg") {
    cursor.expect(",");
    const compared = cursor.peek();
    if (cursor.registerOf(width) !== 0) cursor.fail(compared, "Compare-and-exchange compares with r0.");
  }
  cursor.expect(",");
  const src = cursor.registerOf(width);
  cursor.expect(")");
  if (result.bits === 32 && width === 64)
    cursor.fail(result.token, `'${text}' gives 64 bits.`, `Write 'r${result.number}'.`);
  const gives = operation === "cmpxchg" ? 0 : src;
  if (result.number !== gives)
    cursor.fail(result.token, `'${text}' puts the value from before into r${gives}, not '${result.token.text}'.`);
  return { kind: "atomic", index, bytes, operation, fetch: true, dst: address.register, src, offset: address.offset };
}

function parseLoadAcquire(cursor: Cursor, index: number, result: Register): Instruction {
  cursor.take();
  cursor.expect("(");
  const { bytes, signed, token } = parseType(cursor);
  if (signed) cursor.fail(token, "An acquiring load has no sign.", `Write 'u${bytes * 8}'.`);
  const { register: src, offset } = parseAddress(cursor);
  cursor.expect(")");
  if (result.bits === 32 && bytes === 8)
    cursor.fail(result.token, "A load of 'u64' fills a whole register.", `Write 'r${result.number}'.`);
  return { kind: "load-acquire", index, bytes, dst: result.number, src, offset };
}

/** `(u32 *)` or `(u64 *)` */
function parseWord(cursor: Cursor): 4 | 8 {
  const { bytes, signed, token } = parseType(cursor);
  if (signed || bytes < 4) cursor.fail(token, "This atomic operation takes u32 or u64.");
  return bytes as 4 | 8;
}
