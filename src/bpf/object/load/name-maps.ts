import { INSTRUCTION_BYTES } from "../../isa/instruction.ts";
import { LOAD_IMMEDIATE_64, PSEUDO } from "../../isa/opcodes.ts";
import { readRaw, writeRaw } from "../../isa/raw.ts";

/** A copy of an object's program that names maps by descriptors where it named them by indexes. */
export function withDescriptors(program: Uint8Array, descriptors: readonly number[]): Uint8Array {
  const bytes = program.slice();
  for (let slot = 0; slot < bytes.length / INSTRUCTION_BYTES; slot++) {
    const raw = readRaw(bytes, slot);
    if (raw.opcode !== LOAD_IMMEDIATE_64) continue;
    if (raw.src === PSEUDO["map-index"] || raw.src === PSEUDO["map-index-value"]) {
      const src = raw.src === PSEUDO["map-index"] ? PSEUDO["map-fd"] : PSEUDO["map-value"];
      writeRaw(bytes, slot, { ...raw, src, imm: descriptors[raw.imm] ?? -1 });
    }
    slot++;
  }
  return bytes;
}
