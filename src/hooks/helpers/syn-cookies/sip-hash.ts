/** A key of SipHash: its two little-endian halves, 64 bits each. */
export type SipHashKey = readonly [bigint, bigint];

const WORD = 8;
const rotate = (value: bigint, bits: bigint): bigint => BigInt.asUintN(64, (value << bits) | (value >> (64n - bits)));
const sum = (a: bigint, b: bigint): bigint => BigInt.asUintN(64, a + b);

/**
 * SipHash-2-4 of some bytes (J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF"), the kernel's `siphash`.
 * @returns 64 bits, unsigned.
 */
export function sipHash(bytes: Uint8Array, [low, high]: SipHashKey): bigint {
  let [a, b, c, d] = [
    low ^ 0x736f6d6570736575n,
    high ^ 0x646f72616e646f6dn,
    low ^ 0x6c7967656e657261n,
    high ^ 0x7465646279746573n,
  ];
  const rounds = (count: number) => {
    for (let i = 0; i < count; i++) {
      a = sum(a, b);
      c = sum(c, d);
      b = rotate(b, 13n) ^ a;
      d = rotate(d, 16n) ^ c;
      a = rotate(a, 32n);
      c = sum(c, b);
      a = sum(a, d);
      b = rotate(b, 17n) ^ c;
      d = rotate(d, 21n) ^ a;
      c = rotate(c, 32n);
    }
  };
  for (let at = 0; at <= bytes.length; at += WORD) {
    // The last word is what is left over, with the length in its last byte.
    let word = at + WORD > bytes.length ? BigInt(bytes.length & 0xff) << 56n : 0n;
    for (let i = at; i < Math.min(at + WORD, bytes.length); i++) word |= BigInt(bytes[i]!) << BigInt(8 * (i - at));
    d ^= word;
    rounds(2);
    a ^= word;
  }
  c ^= 0xffn;
  rounds(4);
  return a ^ b ^ c ^ d;
}
