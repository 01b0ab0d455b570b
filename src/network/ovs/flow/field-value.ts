import type { FlowField } from "./field.ts";

/* Values of fields in keys and masks, as numbers without sign; big ones for everything, small ones up to 32 bits. */

export function readField(key: Uint8Array, field: FlowField): bigint {
  let value = 0n;
  for (let i = 0; i < field.size; i++) value = (value << 8n) | BigInt(key[field.offset + i]!);
  return (value >> BigInt(field.shift)) & allOnes(field.bits);
}

/** Writes the low bits of `value` and leaves what shares the field's bytes as it is. */
export function writeField(key: Uint8Array, field: FlowField, value: bigint): void {
  const shift = BigInt(field.shift);
  const wanted = allOnes(field.bits) << shift;
  const placed = (value << shift) & wanted;
  for (let i = 0; i < field.size; i++) {
    const below = BigInt(8 * (field.size - 1 - i));
    const keep = ~Number((wanted >> below) & 0xffn) & 0xff;
    const at = field.offset + i;
    key[at] = (key[at]! & keep) | Number((placed >> below) & 0xffn);
  }
}

/** Makes a mask want every bit of the field. */
export function wantField(mask: Uint8Array, field: FlowField): void {
  writeField(mask, field, allOnes(field.bits));
}

export function allOnes(bits: number): bigint {
  return (1n << BigInt(bits)) - 1n;
}
