const START = 0xdeadbeef;

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/**
 * Bob Jenkins's hash lookup3 of bytes in memory, as Linux has it (include/linux/jhash.h). Signed, 32 bits.
 * Maps whose buckets it numbers are walked in the order in which Linux walks one made with BPF_F_ZERO_SEED.
 */
export function jenkinsHash(bytes: Uint8Array, at: number, length: number, seed = 0): number {
  let a = (START + length + seed) | 0;
  let b = a;
  let c = a;
  let left = length;
  for (; left > 12; left -= 12, at += 12) {
    a = (a + word(bytes, at)) | 0;
    b = (b + word(bytes, at + 4)) | 0;
    c = (c + word(bytes, at + 8)) | 0;
    a = ((a - c) | 0) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (left === 0) return c;
  a = (a + part(bytes, at, left)) | 0;
  if (left > 4) b = (b + part(bytes, at + 4, left - 4)) | 0;
  if (left > 8) c = (c + part(bytes, at + 8, left - 8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  return ((c ^ b) - rotate(b, 24)) | 0;
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** A word of which only `length` bytes are there. */
function part(bytes: Uint8Array, at: number, length: number): number {
  if (length >= 4) return word(bytes, at);
  let value = bytes[at]!;
  if (length > 1) value |= bytes[at + 1]! << 8;
  if (length > 2) value |= bytes[at + 2]! << 16;
  return value;
}
