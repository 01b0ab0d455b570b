import { BTF_MAGIC } from "../../bpf/object/btf/format.ts";
import type { ObjectFunction } from "../../bpf/object/object-file.ts";
import type { Libc } from "../libc.ts";
import { Attributes } from "./attributes.ts";
import { COMMAND } from "./commands.ts";
import type { KernelPrograms, Loaded, LoadOptions } from "./kernel-programs.ts";

const HEADER_BYTES = 24;
const VERSION = 1;
/** BTF_KIND_*, where they stand in a type's second word. */
const KIND = { int: 1 << 24, function: 12 << 24, prototype: 13 << 24 } as const;
/** BTF_INT_SIGNED, of 32 bits. */
const SIGNED_32 = (1 << 24) | 32;
/** Numbers of the types: `int`, a function of no arguments that returns one, and then each function. */
const [INT, PROTOTYPE, FIRST_FUNCTION] = [1, 2, 3];

type NamedFunction = Pick<ObjectFunction, "name" | "instruction">;

/**
 * Loads a program of several functions, which the kernel wants described before helpers may call them back ("missing btf func_info").
 * All are told as static functions that return numbers, so that they are verified where they are called.
 * @param functions undefined, or one: there is nothing to describe.
 */
export function loadWithFunctions(
  { libc, programs }: { readonly libc: Libc; readonly programs: KernelPrograms },
  program: Uint8Array,
  functions: readonly NamedFunction[] | undefined,
  options: LoadOptions,
): Loaded {
  if (functions === undefined || functions.length < 2) return programs.load(program, options);
  const types = functionTypes(functions);
  const btf = new Attributes(libc).pointer(0, types).words(16, types.length).call(COMMAND.btfLoad);
  if (btf < 0) return { descriptor: btf, log: "" };
  const records = new Uint32Array(
    functions.flatMap(({ instruction }, number) => [instruction, FIRST_FUNCTION! + number]),
  );
  const loaded = programs.load(program, { ...options, functions: { btf, records: new Uint8Array(records.buffer) } });
  libc.close(btf);
  return loaded;
}

/** BTF that has these functions (Documentation/bpf/btf.rst). */
function functionTypes(functions: readonly NamedFunction[]): Uint8Array {
  const strings = Buffer.from(`\0int\0${functions.map(({ name }) => `${name}\0`).join("")}`);
  let nameAt = "\0int\0".length;
  const words = [1, KIND.int, 4, SIGNED_32, 0, KIND.prototype, INT!];
  for (const { name } of functions) {
    words.push(nameAt, KIND.function, PROTOTYPE!);
    nameAt += name.length + 1;
  }
  const bytes = Buffer.alloc(HEADER_BYTES + words.length * 4 + strings.length);
  bytes.writeUInt16LE(BTF_MAGIC, 0);
  bytes.writeUInt8(VERSION, 2);
  for (const [i, word] of [HEADER_BYTES, 0, words.length * 4, words.length * 4, strings.length].entries())
    bytes.writeUInt32LE(word, 4 + 4 * i);
  for (const [i, word] of words.entries()) bytes.writeUInt32LE(word, HEADER_BYTES + 4 * i);
  strings.copy(bytes, HEADER_BYTES + words.length * 4);
  return bytes;
}
