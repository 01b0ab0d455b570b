import { INSTRUCTION_BYTES } from "../../isa/instruction.ts";

/**
 * A copy of instructions as little-endian machines have them (RFC 9669 section 3.1): in big-endian ones the registers change
 * places within their byte, and offset and immediate are the other way round.
 */
export function toLittleEndian(code: Uint8Array, isLittle: boolean): Uint8Array {
  const bytes = code.slice();
  if (isLittle) return bytes;
  for (let at = 0; at + INSTRUCTION_BYTES <= bytes.length; at += INSTRUCTION_BYTES) {
    const registers = bytes[at + 1]!;
    bytes[at + 1] = (registers >> 4) | ((registers & 15) << 4);
    bytes.subarray(at + 2, at + 4).reverse();
    bytes.subarray(at + 4, at + 8).reverse();
  }
  return bytes;
}
