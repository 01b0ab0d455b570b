import type { AluOperation, AtomicOperation, Condition, ReferenceTarget } from "../instruction.ts";

/**
 * What a field of an instruction may hold: `zero`: reserved; `register`: R0 to R10; `index`: not negative; `any`: every
 * value of its width; `ignored`: meaningless, and Linux takes any value; numbers: one of these.
 */
export type Field = "zero" | "register" | "index" | "any" | "ignored" | readonly number[];

/** The part of a decoded instruction that follows from its form alone. */
export type Meaning =
  | { kind: "alu"; bits: 32 | 64; operation: AluOperation; register: boolean }
  | { kind: "negate"; bits: 32 | 64 }
  | { kind: "move-signed"; bits: 32 | 64 }
  | { kind: "byte-swap"; order: "le" | "be" | "swap" }
  | { kind: "address-space-cast" }
  | { kind: "percpu-address" }
  | { kind: "constant" }
  | { kind: "reference"; to: ReferenceTarget }
  | { kind: "load"; bytes: 1 | 2 | 4 | 8; signed: boolean }
  | { kind: "store"; bytes: 1 | 2 | 4 | 8; register: boolean }
  | { kind: "atomic"; bytes: 4 | 8; operation: AtomicOperation; fetch: boolean }
  | { kind: "load-acquire" | "store-release"; bytes: 1 | 2 | 4 | 8 }
  | { kind: "packet-load"; bytes: 1 | 2 | 4; register: boolean }
  | { kind: "jump"; far: boolean }
  | { kind: "branch"; bits: 32 | 64; condition: Condition; register: boolean }
  | { kind: "may-goto" | "call-helper" | "call-local" | "call-kernel" | "call-register" | "exit" };

/** The fields of an instruction, the upper half of a 64-bit immediate among them. */
export const FIELD_NAMES = ["dst", "src", "offset", "imm", "nextImm"] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

/** One way to use an opcode: what each field may hold, and what the instruction then does. */
export interface Form {
  readonly opcode: number;
  readonly dst: Field;
  readonly src: Field;
  readonly offset: Field;
  readonly imm: Field;
  /** The second slot's `imm`; only 64-bit immediate loads have one. */
  readonly nextImm?: Field;
  readonly means: Meaning;
}

const WORDS: Readonly<Record<string, Field>> = {
  "0": "zero",
  reg: "register",
  index: "index",
  any: "any",
  "-": "ignored",
};

/**
 * A row of the tables in this folder. `fields` says what dst, src, offset, imm (and the upper half) may hold, in this
 * order: `0` zero, `reg` a register, `index` not negative, `any` anything, `-` ignored, `=8|16` one of these numbers.
 */
export function form(opcode: number, fields: string, means: Meaning): Form {
  const [dst, src, offset, imm, nextImm] = fields
    .split(/ +/)
    .map((word): Field => WORDS[word] ?? word.slice(1).split("|").map(Number));
  const row = { opcode, dst: dst!, src: src!, offset: offset!, imm: imm!, means };
  return nextImm === undefined ? row : { ...row, nextImm };
}
