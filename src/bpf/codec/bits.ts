/** A little-endian number of `bits` bits that begins `offset` bits into bytes; unsigned. */
export function readBits(bytes: Uint8Array, offset: number, bits: number): bigint {
  const first = offset >> 3;
  const last = (offset + bits + 7) >> 3;
  let value = 0n;
  for (let i = last - 1; i >= first; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return BigInt.asUintN(bits, value >> BigInt(offset & 7));
}

/** Puts one there, its upper bits cut off. */
export function writeBits(bytes: Uint8Array, offset: number, bits: number, value: bigint): void {
  const first = offset >> 3;
  const last = (offset + bits + 7) >> 3;
  const shift = BigInt(offset & 7);
  let whole = 0n;
  for (let i = last - 1; i >= first; i--) whole = (whole << 8n) | BigInt(bytes[i] ?? 0);
  const mask = ((1n << BigInt(bits)) - 1n) << shift;
  whole = (whole & ~mask) | ((BigInt.asUintN(bits, value) << shift) & mask);
  for (let i = first; i < last; i++) {
    bytes[i] = Number(whole & 0xffn);
    whole >>= 8n;
  }
}

/** Text in an array of characters: all printable up to a zero; undefined for anything else. */
export function textIn(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  if (end < 0) return undefined;
  const text = bytes.subarray(0, end);
  return text.every((byte) => byte > 0x1f && byte < 0x7f) ? Buffer.from(text).toString("latin1") : undefined;
}
