import type { RawInstruction } from "../../isa/instruction.ts";
import { CLASS, JUMP, LOAD_IMMEDIATE_64, SIZE, SOURCE } from "../../isa/opcodes.ts";
import { readRaw, writeRaw } from "../../isa/raw.ts";
import { CoreError } from "./relocation-kind.ts";
import type { Resolution } from "./resolve-relocation.ts";

/** The helper that libbpf calls in place of an instruction without an answer: 0xbad2310, "bad relo". */
const POISON: RawInstruction = { opcode: CLASS.jmp | JUMP.call, dst: 0, src: 0, offset: 0, imm: 195_896_080 };
const SIZE_BITS = 0x18;
const SIZES: Readonly<Record<number, number>> = { 1: SIZE.b, 2: SIZE.h, 4: SIZE.w, 8: SIZE.dw };
const LARGEST_OFFSET = 0x7fffn;

/**
 * Puts a resolution into the instruction in `slot`: its immediate, or its offset where it is a load or store. Returns whether it
 * may be reached. Throws CoreError.
 */
export function patch(bytes: Uint8Array, slot: number, resolution: Resolution): boolean {
  const raw = readRaw(bytes, slot);
  const { expected, value, resized } = resolution;
  const group = raw.opcode & 7;
  const isMemory = group === CLASS.ldx || group === CLASS.st || group === CLASS.stx;
  if (value === undefined) {
    poison(bytes, slot);
    return false;
  }
  if (raw.opcode === LOAD_IMMEDIATE_64) patchWide(bytes, slot, raw, expected, value);
  else if (group === CLASS.alu32 || group === CLASS.alu64) {
    if ((raw.opcode & SOURCE.register) !== 0) throw new CoreError("its instruction has no immediate");
    compare(BigInt(raw.imm), expected);
    writeRaw(bytes, slot, { ...raw, imm: Number(BigInt.asIntN(32, value)) });
  } else if (isMemory) {
    compare(BigInt(raw.offset), expected);
    if (value > LARGEST_OFFSET) throw new CoreError(`the field is at byte ${value}, which no instruction reaches`);
    if (resized?.isSafe === false) {
      poison(bytes, slot);
      return false;
    }
    writeRaw(bytes, slot, { ...raw, offset: Number(value), opcode: resize(raw.opcode, resized) });
  } else throw new CoreError(`an instruction with opcode ${raw.opcode} has nothing to be changed`);
  return true;
}

function patchWide(
  bytes: Uint8Array,
  slot: number,
  raw: RawInstruction,
  expected: bigint | undefined,
  value: bigint,
): void {
  if ((slot + 2) * 8 > bytes.length || raw.src !== 0) throw new CoreError("its 64-bit immediate is no plain number");
  const high = readRaw(bytes, slot + 1);
  compare((BigInt(high.imm >>> 0) << 32n) | BigInt(raw.imm >>> 0), expected);
  writeRaw(bytes, slot, { ...raw, imm: Number(BigInt.asIntN(32, value)) });
  writeRaw(bytes, slot + 1, { ...high, imm: Number(BigInt.asIntN(32, value >> 32n)) });
}

function compare(found: bigint, expected: bigint | undefined): void {
  if (expected !== undefined && BigInt.asUintN(64, found) !== expected)
    throw new CoreError(`its instruction has ${found} where the object's own types give ${expected}`);
}

function resize(opcode: number, resized: Resolution["resized"]): number {
  if (resized === undefined) return opcode;
  if ((opcode & SIZE_BITS) !== SIZES[resized.from])
    throw new CoreError(`its instruction does not move the ${resized.from} bytes of the field`);
  const size = SIZES[resized.to];
  if (size === undefined) throw new CoreError(`no instruction moves the ${resized.to} bytes of the field`);
  return (opcode & ~SIZE_BITS) | size;
}

/** Makes an instruction one that the verifier refuses where it can be reached. */
export function poison(bytes: Uint8Array, slot: number): void {
  const isWide = bytes[slot * 8] === LOAD_IMMEDIATE_64 && (slot + 2) * 8 <= bytes.length;
  if (isWide) writeRaw(bytes, slot + 1, POISON);
  writeRaw(bytes, slot, POISON);
}
