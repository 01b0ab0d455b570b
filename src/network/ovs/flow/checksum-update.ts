import { get16, set16 } from "../../../packet/wire.ts";

/* Checksums that follow a change of what they cover, without a look at the rest (RFC 1624, equation 3). */

/** Replaces a 16-bit word at `at`, even within what the checksum at `checksum` covers, and mends that checksum. */
export function replace16(bytes: Uint8Array, at: number, value: number, checksum: number): void {
  const old = get16(bytes, at);
  if (old === value) return;
  set16(bytes, at, value);
  set16(bytes, checksum, updated(get16(bytes, checksum), old, value));
}

/** The checksum after a word of what it covers went from `old` to `value`. */
export function updated(checksum: number, old: number, value: number): number {
  let sum = (~checksum & 0xffff) + (~old & 0xffff) + value;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Mends the checksum at `checksum` for `length` bytes that are to go from those at `at` to those of `values`; writes none of these. */
export function coverChange(
  bytes: Uint8Array,
  checksum: number,
  at: number,
  values: Uint8Array,
  from: number,
  length: number,
): void {
  let sum = get16(bytes, checksum);
  for (let i = 0; i < length; i += 2) sum = updated(sum, get16(bytes, at + i), get16(values, from + i));
  set16(bytes, checksum, sum);
}
