import type { CodeWriter } from "./code-writer.ts";
import { CORE, I32, I32_MEMORY, I64, I64_MEMORY, MEMORY_FILL, TYPE, VECTOR } from "./instructions.ts";

/** Names for the numbers in a function's code. */
export interface ListingNames {
  call(functionIndex: number): string;
  global(index: number): string;
  type(index: number): string;
}

/** A line of a function's listing. */
export interface ListedInstruction {
  /** Byte of the code at which the instruction begins. */
  readonly offset: number;
  /** Blocks and loops around it. */
  readonly depth: number;
  readonly text: string;
}

/** Reads the instructions of a function back from its bytes, in the text format (core specification, section 6). */
export function listInstructions(code: CodeWriter, names: ListingNames): ListedInstruction[] {
  const reader = new Reader(code.bytes);
  const listed: ListedInstruction[] = [];
  let depth = 0;
  while (!reader.atEnd) {
    const { offset } = reader;
    const opcode = reader.byte();
    if (opcode === CORE.end || opcode === CORE.else) depth--;
    listed.push({ offset, depth, text: readInstruction(opcode, reader, code, names) });
    if (opcode === CORE.block || opcode === CORE.loop || opcode === CORE.if || opcode === CORE.else) depth++;
  }
  return listed;
}

const PLAIN = new Map<number, string>();
const MEMORY = new Map<number, string>();
for (const [prefix, table, names] of [
  ["i32.", I32, PLAIN],
  ["i64.", I64, PLAIN],
  ["i32.", I32_MEMORY, MEMORY],
  ["i64.", I64_MEMORY, MEMORY],
] as const)
  for (const [key, code] of Object.entries(table)) names.set(code, prefix + textName(key));
for (const key of ["unreachable", "else", "end", "return", "drop", "select"] as const) PLAIN.set(CORE[key], key);

/** `extendI32U` -> extend_i32_u, `load8U` -> load8_u */
function textName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function readInstruction(opcode: number, reader: Reader, code: CodeWriter, names: ListingNames): string {
  const plain = PLAIN.get(opcode);
  if (plain !== undefined) return plain;
  const memory = MEMORY.get(opcode);
  if (memory !== undefined) {
    reader.unsigned();
    const offset = reader.unsigned();
    return `${memory}${offset === 0 ? "" : ` offset=${offset}`} align=1`;
  }
  const local = () => `$${code.localName(reader.unsigned())}`;
  switch (opcode) {
    case CORE.block:
      reader.byte();
      return "block";
    case CORE.loop:
      reader.byte();
      return "loop";
    case CORE.if: {
      const type = reader.byte();
      if (type === TYPE.emptyBlock) return "if";
      return `if (result ${type === TYPE.i64 ? "i64" : "i32"})`;
    }
    case CORE.br:
      return `br ${reader.unsigned()}`;
    case CORE.brIf:
      return `br_if ${reader.unsigned()}`;
    case CORE.brTable: {
      const targets = Array.from({ length: reader.unsigned() + 1 }, () => reader.unsigned());
      return `br_table ${targets.join(" ")}`;
    }
    case CORE.call:
      return `call $${names.call(reader.unsigned())}`;
    case CORE.callIndirect:
    case CORE.returnCallIndirect: {
      const type = names.type(reader.unsigned());
      reader.byte();
      return `${opcode === CORE.callIndirect ? "call_indirect" : "return_call_indirect"} ${type}`;
    }
    case CORE.localGet:
      return `local.get ${local()}`;
    case CORE.localSet:
      return `local.set ${local()}`;
    case CORE.localTee:
      return `local.tee ${local()}`;
    case CORE.globalGet:
      return `global.get $${names.global(reader.unsigned())}`;
    case CORE.memorySize:
      reader.byte();
      return "memory.size";
    case CORE.i32Const:
      return `i32.const ${Number(reader.signed())}`;
    case CORE.i64Const:
      return `i64.const ${reader.signed()}`;
    case CORE.prefix: {
      if (reader.byte() !== MEMORY_FILL) break;
      reader.byte();
      return "memory.fill";
    }
    case CORE.vectorPrefix:
      return readVector(reader);
  }
  throw new Error(`No name for the instruction 0x${opcode.toString(16)} at byte ${reader.offset - 1}.`);
}

function readVector(reader: Reader): string {
  const code = reader.byte();
  switch (code) {
    case VECTOR.const:
      return `v128.const i8x16 ${Array.from({ length: 16 }, () => reader.byte()).join(" ")}`;
    case VECTOR.swizzle:
      return "i8x16.swizzle";
    case VECTOR.splatI64:
      return "i64x2.splat";
    case VECTOR.extractLaneI64:
      return `i64x2.extract_lane ${reader.byte()}`;
  }
  throw new Error(`No name for the vector instruction ${code}.`);
}

class Reader {
  offset = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get atEnd(): boolean {
    return this.offset === this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.offset++]!;
  }

  unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  signed(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(Number(shift) + 7, value);
    }
  }
}
