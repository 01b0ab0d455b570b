import { COMPARED } from "../signs.ts";
import type { Cursor } from "./cursor.ts";
import type { Draft, ListingHint } from "./draft.ts";
import { parseAssignment } from "./kernel-assignment.ts";
import { parseLocked, parseStoreRelease } from "./kernel-atomics.ts";
import { parseAddress, parseSource, parseType } from "./kernel-operands.ts";
import { draftJump, parseCall, parseTarget } from "./targets.ts";

/** First words of statements in the kernel's syntax that are not registers. */
export const KERNEL_WORDS = ["if", "goto", "gotol", "may_goto", "call", "callx", "exit", "lock", "store_release"];

/** Does a statement of the kernel's syntax begin here? `call`, `callx` and `exit` are the same in both syntaxes. */
export function atKernelStatement(cursor: Cursor): boolean {
  const { text } = cursor.peek();
  if (text === "lock") return cursor.peek(1).text === "*";
  return text === "*" || KERNEL_WORDS.includes(text) || cursor.atRegister();
}

/**
 * One statement as the kernel's verifier, bpftool and LLVM write it; Linux's kernel/bpf/disasm.c and LLVM's
 * BPFInstrInfo.td name the forms.
 */
export function parseKernelStatement(cursor: Cursor, index: number, hint: ListingHint): Draft {
  const token = cursor.peek();
  if (cursor.atRegister()) return parseAssignment(cursor, index, hint);
  cursor.take();
  switch (token.text) {
    case "*":
      return parseStore(cursor, index);
    case "if":
      return parseBranch(cursor, index);
    case "goto":
      return draftJump({ kind: "jump", index, far: false, target: index }, parseTarget(cursor, index, 16, "target"));
    case "gotol":
      return draftJump({ kind: "jump", index, far: true, target: index }, parseTarget(cursor, index, 32, "target"));
    case "may_goto":
      return draftJump({ kind: "may-goto", index, target: index }, parseTarget(cursor, index, 16, "target"));
    case "call":
      return parseCall(cursor, index, hint);
    case "callx":
      return { instruction: { kind: "call-register", index, register: cursor.register64() } };
    case "lock":
      return parseLocked(cursor, index);
    case "store_release":
      return parseStoreRelease(cursor, index);
    default:
      return { instruction: { kind: "exit", index } };
  }
}

/** `*(u32 *)(r10 -8) = r1` */
function parseStore(cursor: Cursor, index: number): Draft {
  const { bytes, signed, token } = parseType(cursor);
  if (signed) cursor.fail(token, "A store has no sign.", `Write 'u${bytes * 8}'.`);
  const { register: dst, offset } = parseAddress(cursor);
  cursor.expect("=");
  if (cursor.atRegister()) {
    const src = cursor.registerOf(bytes === 8 ? 64 : 32);
    return { instruction: { kind: "store", index, bytes, dst, offset, src, imm: 0 } };
  }
  if (!cursor.atNumber()) cursor.failExpecting("a register or a number to store");
  return { instruction: { kind: "store", index, bytes, dst, offset, src: null, imm: cursor.immediate() } };
}

/** `if r1 s> 5 goto pc+4` */
function parseBranch(cursor: Cursor, index: number): Draft {
  const left = cursor.register();
  const condition = COMPARED.get(cursor.peek().text);
  if (condition === undefined) cursor.failExpecting(`a comparison: ${[...COMPARED.keys()].join(" ")}`);
  cursor.take();
  const { src, imm } = parseSource(cursor, left);
  cursor.expect("goto");
  const target = parseTarget(cursor, index, 16, "target");
  return draftJump(
    { kind: "branch", index, bits: left.bits, condition, dst: left.number, src, imm, target: index },
    target,
  );
}
