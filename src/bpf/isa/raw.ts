import { INSTRUCTION_BYTES, type RawInstruction } from "./instruction.ts";

/** The slot `index` of a program's bytes, bit fields taken apart and not interpreted. */
export function readRaw(bytes: Uint8Array, index: number): RawInstruction {
  const at = index * INSTRUCTION_BYTES;
  const registers = bytes[at + 1]!;
  return {
    opcode: bytes[at]!,
    dst: registers & 15,
    src: registers >> 4,
    offset: ((bytes[at + 2]! | (bytes[at + 3]! << 8)) << 16) >> 16,
    imm: bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24),
  };
}

/** Writes the slot `index`; values are cut to their fields' widths. */
export function writeRaw(bytes: Uint8Array, index: number, raw: RawInstruction): void {
  const at = index * INSTRUCTION_BYTES;
  bytes[at] = raw.opcode;
  bytes[at + 1] = (raw.dst & 15) | (raw.src << 4);
  bytes[at + 2] = raw.offset;
  bytes[at + 3] = raw.offset >> 8;
  bytes[at + 4] = raw.imm;
  bytes[at + 5] = raw.imm >> 8;
  bytes[at + 6] = raw.imm >> 16;
  bytes[at + 7] = raw.imm >> 24;
}
