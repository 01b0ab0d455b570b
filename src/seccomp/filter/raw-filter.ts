import { decodeClassic, encodeClassic } from "../../bpf/classic/encode.ts";
import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { checkSeccompFilter } from "../../hooks/seccomp/rules.ts";

/** Bytes of struct sock_filter. */
const INSTRUCTION_BYTES = 8;

/** A filter as it lies in memory of a machine of that byte order. */
export function encodeFilter(program: readonly ClassicInstruction[], endian: "little" | "big"): Uint8Array {
  const bytes = encodeClassic(program);
  return endian === "little" ? bytes : swapped(bytes);
}

/** The inverse, for the byte order in which the bytes make a filter that the kernel takes; little-endian where neither does. */
export function decodeFilter(bytes: Uint8Array): ClassicInstruction[] {
  const little = decodeClassic(bytes);
  if (checkSeccompFilter(little).length === 0) return little;
  const big = decodeClassic(swapped(bytes));
  return checkSeccompFilter(big).length === 0 ? big : little;
}

/** True where bytes can only be a filter and no text: whole instructions, with bytes that no text has. */
export function looksLikeFilter(bytes: Uint8Array): boolean {
  return (
    bytes.length > 0 &&
    bytes.length % INSTRUCTION_BYTES === 0 &&
    bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32))
  );
}

/** `code` (16 bits) and `k` (32 bits) the other way round. */
function swapped(bytes: Uint8Array): Uint8Array {
  const result = Uint8Array.from(bytes);
  for (let at = 0; at + INSTRUCTION_BYTES <= bytes.length; at += INSTRUCTION_BYTES) {
    result.subarray(at, at + 2).reverse();
    result.subarray(at + 4, at + 8).reverse();
  }
  return result;
}
