import { ANCILLARY_LOADS } from "./ancillary.ts";

/** The ways to write an operand. */
export type OperandKind =
  /** Nothing at all. */
  | "none"
  /** `#k` */
  | "immediate"
  /** `k`, without the hash. */
  | "number"
  /** `x` or `%x` */
  | "x"
  /** `a` or `%a` */
  | "a"
  /** `[k]` */
  | "packet"
  /** `[x + k]` */
  | "indexed"
  /** `4*([k]&0xf)` */
  | "header"
  /** `M[k]` */
  | "slot"
  /** `len`, `#len` or `#pktlen` */
  | "length"
  /** `proto`, `#proto` or `[proto]`; assembles to a packet load of a very large `k`. */
  | "extension";

/** What may stand behind a mnemonic, and the opcode that it makes. */
export interface Mnemonic {
  readonly operands: Partial<Record<OperandKind, number>>;
  /** `two`: a conditional jump. `inverted`: one whose only label is where it goes when the opcode's condition fails. */
  readonly branch?: "two" | "inverted";
  /** libpcap prints immediates in signed decimal instead of hexadecimal. */
  readonly decimal?: boolean;
}

const arithmetic = (operation: number, decimal: boolean): Mnemonic => ({
  operands: { immediate: operation, x: operation | 0x08 },
  decimal,
});
const branch = (operation: number): Mnemonic => ({
  operands: { immediate: operation, x: operation | 0x08 },
  branch: "two",
});
const inverted = (operation: number): Mnemonic => ({ ...branch(operation), branch: "inverted" });

/**
 * The instruction set as it is written: tools/bpf/bpf_exp.y, and bpf_image of libpcap, which uses a part of the same
 * words. Where two spellings make one opcode, the first is the one that is printed. `jmp` and `ja` are not here,
 * because what follows them is a place in the program.
 */
export const MNEMONICS: ReadonlyMap<string, Mnemonic> = new Map<string, Mnemonic>([
  ["ld", { operands: { immediate: 0x00, packet: 0x20, indexed: 0x40, slot: 0x60, length: 0x80, extension: 0x20 } }],
  ["ldh", { operands: { packet: 0x28, indexed: 0x48, extension: 0x28 } }],
  ["ldb", { operands: { packet: 0x30, indexed: 0x50, extension: 0x30 } }],
  ["ldi", { operands: { immediate: 0x00, number: 0x00 } }],
  ["ldxb", { operands: { header: 0xb1 } }],
  ["ldx", { operands: { immediate: 0x01, slot: 0x61, length: 0x81, header: 0xb1 } }],
  ["ldxi", { operands: { immediate: 0x01, number: 0x01 } }],
  ["st", { operands: { slot: 0x02 } }],
  ["stx", { operands: { slot: 0x03 } }],
  ["add", arithmetic(0x04, true)],
  ["sub", arithmetic(0x14, true)],
  ["mul", arithmetic(0x24, true)],
  ["div", arithmetic(0x34, true)],
  ["or", arithmetic(0x44, false)],
  ["and", arithmetic(0x54, false)],
  ["lsh", arithmetic(0x64, true)],
  ["rsh", arithmetic(0x74, true)],
  ["neg", { operands: { none: 0x84 } }],
  ["mod", arithmetic(0x94, true)],
  ["xor", arithmetic(0xa4, false)],
  ["jeq", branch(0x15)],
  ["jgt", branch(0x25)],
  ["jge", branch(0x35)],
  ["jset", branch(0x45)],
  ["jneq", inverted(0x15)],
  ["jne", inverted(0x15)],
  ["jle", inverted(0x25)],
  ["jlt", inverted(0x35)],
  ["ret", { operands: { immediate: 0x06, a: 0x16, none: 0x16, x: 0x0e }, decimal: true }],
  ["tax", { operands: { none: 0x07 } }],
  ["txa", { operands: { none: 0x87 } }],
]);

/** How an opcode is written. */
export interface Spelling {
  readonly mnemonic: string;
  readonly operand: OperandKind;
  readonly decimal: boolean;
}

/** Opcode to its first spelling; the opcodes of BPF_JA and of no instruction are not in it. */
export const SPELLINGS: ReadonlyMap<number, Spelling> = spellings();

function spellings(): Map<number, Spelling> {
  const table = new Map<number, Spelling>();
  for (const [mnemonic, { operands, decimal = false }] of MNEMONICS)
    for (const [operand, code] of Object.entries(operands) as [OperandKind, number][])
      if (!table.has(code)) table.set(code, { mnemonic, operand, decimal });
  return table;
}

/** Name of an extension, in either spelling, to the `k` offset from ANCILLARY_BASE. */
export const EXTENSION_NAMES: ReadonlyMap<string, number> = new Map(
  ANCILLARY_LOADS.flatMap(({ offset, assemblerNames, listingName }) =>
    [...assemblerNames, listingName].map((name) => [name, offset] as const),
  ),
);
