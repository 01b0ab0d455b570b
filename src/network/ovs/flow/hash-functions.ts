/* The hash functions of Open vSwitch where it is built without CRC instructions: Jenkins' lookup3 and MurmurHash3. */

const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));

/** Bob Jenkins' lookup3 over bytes, words read the lowest byte first (jhash_bytes of lib/jhash.c). */
export function jenkins(bytes: Uint8Array, basis: number): number {
  let a = (0xdeadbeef + bytes.length + basis) | 0;
  let b = a;
  let c = a;
  let at = 0;
  const word = (i: number) =>
    (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24);
  for (; bytes.length - at >= 12; at += 12) {
    a = (a + word(at)) | 0;
    b = (b + word(at + 4)) | 0;
    c = (c + word(at + 8)) | 0;
    a = ((a - c) ^ rotate(c, 4)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 6)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 8)) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ rotate(c, 16)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 19)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 4)) | 0;
    b = (b + a) | 0;
  }
  if (at === bytes.length) return c >>> 0;
  a = (a + word(at)) | 0;
  b = (b + word(at + 4)) | 0;
  c = (c + word(at + 8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

/** Adds a word to a hash (mhash_add of lib/hash.h). */
export function hashAdd(hash: number, word: number): number {
  const mixed = Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotate(hash ^ mixed, 13), 5) + 0xe6546b64) >>> 0;
}

/** Ends a hash (mhash_finish); `bytes` is how much went in. */
export function hashFinish(hash: number, bytes: number): number {
  let h = hash ^ bytes;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The hash of two words (hash_2words). */
export function hashTwo(first: number, second: number): number {
  return hashFinish(hashAdd(hashAdd(first, 0), second), 8);
}

/** A word with its lowest byte first, as hashes of memory see it. */
export function reversed(word: number): number {
  return (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

/** Adds a word of a key, which is hashed as it lies in memory, the lowest byte first. */
export function hashAddAt(hash: number, key: Uint8Array, at: number): number {
  return hashAdd(hash, key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24));
}

/** The hash of bytes, in words and what is left of them (hash_bytes of lib/hash.c). */
export function hashBytes(bytes: Uint8Array, basis: number): number {
  let hash = basis;
  let at = 0;
  for (; bytes.length - at >= 4; at += 4) hash = hashAddAt(hash, bytes, at);
  if (at < bytes.length)
    hash = hashAdd(
      hash,
      bytes.subarray(at).reduceRight((word, byte) => (word << 8) | byte, 0),
    );
  return hashFinish(hash, bytes.length);
}
