import type { ClassicInstruction } from "./instruction.ts";

/** Bytes of struct sock_filter. */
const INSTRUCTION_BYTES = 8;

/** A program as it lies in memory: an array of struct sock_filter, little-endian. */
export function encodeClassic(instructions: readonly ClassicInstruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, { code, jt, jf, k }] of instructions.entries()) {
    const at = i * INSTRUCTION_BYTES;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jt);
    view.setUint8(at + 3, jf);
    view.setUint32(at + 4, k, true);
  }
  return bytes;
}

/** The inverse of `encodeClassic`; bytes after the last whole instruction are left out. */
export function decodeClassic(bytes: Uint8Array): ClassicInstruction[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: Math.floor(bytes.length / INSTRUCTION_BYTES) }, (_, i) => {
    const at = i * INSTRUCTION_BYTES;
    return {
      code: view.getUint16(at, true),
      jt: view.getUint8(at + 2),
      jf: view.getUint8(at + 3),
      k: view.getUint32(at + 4, true),
    };
  });
}
