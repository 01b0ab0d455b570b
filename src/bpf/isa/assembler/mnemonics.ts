import type { AluOperation, AtomicOperation, Condition } from "../instruction.ts";
import { SIZE_LETTERS } from "../signs.ts";

/** What a mnemonic stands for: everything but its operands. */
export type Mnemonic =
  | { readonly kind: "alu"; readonly bits: 32 | 64; readonly operation: AluOperation }
  | { readonly kind: "negate"; readonly bits: 32 | 64 }
  | { readonly kind: "move-signed"; readonly from: 8 | 16 | 32; readonly bits: 32 | 64 }
  | { readonly kind: "byte-swap"; readonly order: "le" | "be" | "swap"; readonly bits: 16 | 32 | 64 }
  | { readonly kind: "address-space-cast" | "percpu-address" | "load-64" | "lock" }
  | { readonly kind: "load"; readonly bytes: 1 | 2 | 4 | 8; readonly signed: boolean }
  | { readonly kind: "store"; readonly bytes: 1 | 2 | 4 | 8; readonly register: boolean }
  | { readonly kind: "load-acquire" | "store-release"; readonly bytes: 1 | 2 | 4 | 8 }
  | { readonly kind: "packet-load"; readonly bytes: 1 | 2 | 4; readonly register: boolean }
  | { readonly kind: "jump"; readonly far: boolean }
  | { readonly kind: "branch"; readonly bits: 32 | 64; readonly condition: Condition };

/** An atomic operation and its width. */
export interface AtomicMnemonic {
  readonly operation: AtomicOperation;
  readonly bytes: 4 | 8;
}

/**
 * The mnemonics of ubpf and the bpf_conformance suite, with names in their manner for what these leave out: `ldacq` and
 * `strel` (load-acquire, store-release), `addr_space_cast`, `mov_percpu`. Arithmetic without a width works on 64 bits.
 */
export const MNEMONICS: ReadonlyMap<string, Mnemonic> = buildMnemonics();

/** What follows `lock` or `lock fetch`; a name that ends in 32 works on 4 bytes. */
export const ATOMIC_MNEMONICS: ReadonlyMap<string, AtomicMnemonic> = new Map(
  (["add", "or", "and", "xor", "xchg", "cmpxchg"] as const).flatMap((operation): [string, AtomicMnemonic][] => [
    [operation, { operation, bytes: 8 }],
    [`${operation}64`, { operation, bytes: 8 }],
    [`${operation}32`, { operation, bytes: 4 }],
  ]),
);

function buildMnemonics(): Map<string, Mnemonic> {
  const table = new Map<string, Mnemonic>([
    ["lddw", { kind: "load-64" }],
    ["addr_space_cast", { kind: "address-space-cast" }],
    ["mov_percpu", { kind: "percpu-address" }],
    ["ja", { kind: "jump", far: false }],
    ["ja32", { kind: "jump", far: true }],
    ["lock", { kind: "lock" }],
  ]);
  for (const [suffix, bits] of [
    ["", 64],
    ["64", 64],
    ["32", 32],
  ] as const) {
    for (const operation of [
      "add",
      "sub",
      "mul",
      "div",
      "sdiv",
      "or",
      "and",
      "lsh",
      "rsh",
      "arsh",
      "mod",
      "smod",
      "xor",
      "mov",
    ] as const)
      table.set(operation + suffix, { kind: "alu", bits, operation });
    table.set(`neg${suffix}`, { kind: "negate", bits });
    for (const condition of ["eq", "ne", "gt", "ge", "lt", "le", "sgt", "sge", "slt", "sle", "set"] as const)
      table.set(`j${condition}${suffix}`, { kind: "branch", bits, condition });
  }
  for (const from of [8, 16, 32] as const) {
    if (from < 32) table.set(`movsx${from}32`, { kind: "move-signed", from, bits: 32 });
    table.set(`movsx${from}64`, { kind: "move-signed", from, bits: 64 });
  }
  for (const bits of [16, 32, 64] as const) {
    table.set(`le${bits}`, { kind: "byte-swap", order: "le", bits });
    table.set(`be${bits}`, { kind: "byte-swap", order: "be", bits });
    table.set(`swap${bits}`, { kind: "byte-swap", order: "swap", bits });
    table.set(`bswap${bits}`, { kind: "byte-swap", order: "swap", bits });
  }
  for (const bytes of [1, 2, 4, 8] as const) {
    const letter = SIZE_LETTERS[bytes];
    table.set(`ldx${letter}`, { kind: "load", bytes, signed: false });
    table.set(`st${letter}`, { kind: "store", bytes, register: false });
    table.set(`stx${letter}`, { kind: "store", bytes, register: true });
    table.set(`ldacq${letter}`, { kind: "load-acquire", bytes });
    table.set(`strel${letter}`, { kind: "store-release", bytes });
    if (bytes === 8) continue;
    table.set(`ldxs${letter}`, { kind: "load", bytes, signed: true });
    table.set(`ldx${letter}sx`, { kind: "load", bytes, signed: true });
    table.set(`ldabs${letter}`, { kind: "packet-load", bytes, register: false });
    table.set(`ldind${letter}`, { kind: "packet-load", bytes, register: true });
  }
  return table;
}
