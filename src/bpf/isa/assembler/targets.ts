import { nearestName } from "../../nearest-name.ts";
import { HELPER_NAMES, helperNumber } from "../helper-names.ts";
import type { Branch, CallKernel, CallLocal, Jump, MayGoto } from "../instruction.ts";
import { CALL } from "../opcodes.ts";
import type { Cursor } from "./cursor.ts";
import type { Draft, ListingHint, NameUse } from "./draft.ts";
import type { Token } from "./tokens.ts";

/** Where a jump goes: a slot, or a label. */
export type Target = { readonly slot: number } | { readonly uses: NameUse };

/** `pc+4`, `+4`, `-3` or a label. `bits` is the width of the distance. */
export function parseTarget(cursor: Cursor, index: number, bits: 16 | 32, as: "target" | "target-or-exit"): Target {
  const token = cursor.peek();
  if (token.kind === "number")
    cursor.fail(token, "A jump's distance needs a sign.", `Write '+${token.text}', or the name of a label.`);
  if (token.text === "pc" && /^[+-]$/.test(cursor.peek(1).text)) cursor.take();
  if (cursor.atNumber()) {
    const limit = 2 ** (bits - 1);
    const distance = cursor.integer(
      "the distance",
      -limit,
      limit - 1,
      bits === 16 ? "'gotol' (mnemonic: 'ja32') jumps further." : undefined,
    );
    return { slot: index + 1 + distance };
  }
  if (token.kind !== "name" || cursor.atRegister()) cursor.failExpecting("a label or a distance such as +4");
  cursor.take();
  return { uses: { name: token.text, token, as } };
}

/** An instruction that jumps, with the target looked up later where it is a label. */
export function draftJump(instruction: Jump | Branch | MayGoto | CallLocal, target: Target): Draft {
  return "slot" in target
    ? { instruction: { ...instruction, target: target.slot } }
    : { instruction, uses: target.uses };
}

/**
 * What follows `call`, in both syntaxes: a helper's number or name (`1`, `bpf_map_lookup_elem#1`, `helper 1`), a
 * function of the program (`pc+3`, `+3`, a label, `local NAME`), a kernel function (`NAME#ID`, `kfunc NAME`, `runtime
 * ID`), a register.
 */
export function parseCall(cursor: Cursor, index: number, hint: ListingHint): Draft {
  const token = cursor.peek();
  if (cursor.atRegister()) return { instruction: { kind: "call-register", index, register: cursor.register64() } };
  if (token.kind === "number") return numberedCall(cursor, index, hint);
  if (cursor.atNumber() || (token.text === "pc" && cursor.peek(1).kind !== "end")) return localCall(cursor, index);
  if (token.kind !== "name")
    cursor.failExpecting("what to call: a helper's number or name, a label, or a distance such as pc+4");

  const next = cursor.peek(1);
  const qualified = next.kind === "name" || next.kind === "number" || next.text === "+" || next.text === "-";
  if (token.text === "helper" && qualified) {
    cursor.take();
    if (cursor.atNumber()) return { instruction: { kind: "call-helper", index, helper: cursor.immediate() } };
    return helperByName(cursor, index);
  }
  if (token.text === "local" && qualified) {
    cursor.take();
    return localCall(cursor, index);
  }
  if ((token.text === "runtime" || token.text === "kfunc") && qualified) {
    cursor.take();
    return kernelCall(cursor, index);
  }
  if (token.text === "kernel" && next.text === "-" && cursor.peek(2).text === "function") {
    for (let word = 0; word < 3; word++) cursor.take();
    cursor.expect("#");
    return kernelCall(cursor, index);
  }
  cursor.take();
  if (!cursor.accept("#"))
    return {
      instruction: { kind: "call-helper", index, helper: 0 },
      uses: { name: token.text, token, as: "function" },
    };
  if (token.text === "unknown") return { instruction: { kind: "call-helper", index, helper: cursor.immediate() } };
  const helper = helperNumber(token.text);
  if (helper === undefined) return kernelCallByName(cursor, index, token);
  const numberToken = cursor.peek();
  const number = cursor.immediate();
  if (number !== helper)
    cursor.fail(
      numberToken,
      `'${token.text}' is helper ${helper}, not ${number}.`,
      `Helper ${number} is ${HELPER_NAMES[number] ?? "unknown"}.`,
    );
  return { instruction: { kind: "call-helper", index, helper } };
}

/** `call 1`: a helper, unless a listing's bytes say otherwise: llvm-objdump writes all calls so. */
function numberedCall(cursor: Cursor, index: number, { src }: ListingHint): Draft {
  if (src === CALL.kernel) return kernelCall(cursor, index);
  const number = cursor.immediate();
  if (src === CALL.local) return { instruction: { kind: "call-local", index, target: index + 1 + number } };
  return { instruction: { kind: "call-helper", index, helper: number } };
}

function localCall(cursor: Cursor, index: number): Draft {
  const draft = draftJump({ kind: "call-local", index, target: index }, parseTarget(cursor, index, 32, "target"));
  // bpftool adds the function's name.
  if (cursor.accept("#")) cursor.take();
  return draft;
}

function helperByName(cursor: Cursor, index: number): Draft {
  const token = cursor.take();
  const helper = helperNumber(token.text);
  if (helper === undefined) cursor.fail(token, `There is no helper '${token.text}'.`);
  return { instruction: { kind: "call-helper", index, helper } };
}

/** `name#12345`, where nothing looks as though a helper was meant: the small numbers are theirs. */
function kernelCallByName(cursor: Cursor, index: number, name: Token): Draft {
  const number = cursor.peek();
  if (!cursor.atNumber()) cursor.failExpecting("a kernel function's BTF id");
  const draft = kernelCall(cursor, index);
  const near = nearestName(name.text, HELPER_NAMES);
  if (near !== undefined && number.text === `${helperNumber(near)}`)
    cursor.fail(name, `There is no helper '${name.text}'.`, `Did you mean '${near}'?`);
  return draft;
}

/** A BTF id, or a name that the loader looks up; then maybe `module N`. */
function kernelCall(cursor: Cursor, index: number): Draft {
  const token = cursor.peek();
  const named = token.kind === "name" && !cursor.atRegister();
  if (!named && !cursor.atNumber()) cursor.failExpecting("a kernel function's name or BTF id");
  if (named) cursor.take();
  const btfId = named ? 0 : cursor.immediate();
  const module = cursor.accept("module") ? cursor.integer("the module's index", 0, 0x7fff) : 0;
  const instruction: CallKernel = { kind: "call-kernel", index, btfId, module };
  return named ? { instruction, uses: { name: token.text, token, as: "kernel-function" } } : { instruction };
}
