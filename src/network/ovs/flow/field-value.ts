import { get32, set32 } from "../../../packet/wire.ts";
import type { FlowField } from "./field.ts";

/* Values of fields in keys and masks, as numbers without sign. */

/** A field that fills whole words is read by them, any other as a small number. */
export function readField(key: Uint8Array, { offset, size, bits, shift }: FlowField): bigint {
  let value = 0n;
  let at = offset;
  for (let left = size; left > 4; left -= 4) {
    value = (value << 32n) | BigInt(get32(key, at));
    at += 4;
  }
  let last = 0;
  const end = offset + size;
  const width = end - at;
  for (; at < end; at++) last = last * 256 + key[at]!;
  if (size <= 4) return BigInt(Math.floor(last / 2 ** shift) % 2 ** bits);
  value = (value << BigInt(8 * width)) | BigInt(last);
  return (value >> BigInt(shift)) & allOnes(bits);
}

/** Writes the low bits of `value` and leaves what shares the field's bytes as it is. */
export function writeField(key: Uint8Array, field: FlowField, value: bigint): void {
  const { offset, size, bits, shift } = field;
  if (bits === 8 * size && size % 4 === 0) {
    for (let at = offset + size - 4, rest = value; at >= offset; at -= 4, rest >>= 32n)
      set32(key, at, Number(rest & 0xffff_ffffn));
    return;
  }
  const placed = (value & allOnes(bits)) << BigInt(shift);
  const wanted = allOnes(bits) << BigInt(shift);
  for (let i = 0; i < size; i++) {
    const below = BigInt(8 * (size - 1 - i));
    const keep = ~Number((wanted >> below) & 0xffn) & 0xff;
    const at = offset + i;
    key[at] = (key[at]! & keep) | Number((placed >> below) & 0xffn);
  }
}

/** Makes a mask want every bit of the field. */
export function wantField(mask: Uint8Array, field: FlowField): void {
  writeField(mask, field, allOnes(field.bits));
}

const ALL_ONES: readonly bigint[] = Array.from({ length: 129 }, (_, bits) => (1n << BigInt(bits)) - 1n);

/** A number of that many bits, 128 at most, all of them 1. */
export function allOnes(bits: number): bigint {
  return ALL_ONES[bits] ?? (1n << BigInt(bits)) - 1n;
}
