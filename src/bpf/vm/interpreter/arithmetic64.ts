/*
 * 64-bit arithmetic on value arrays: a number is two signed 32-bit words, the lower first. Each function works on the number at `d`
 * with the one at `s`, as `d operation= s`.
 */

const TWO_32 = 0x1_0000_0000;
/** Quotients of whole numbers below 2^52 are exact once they are rounded down; this is what their upper words are below. */
const EXACT = 0x10_0000;

/** Modulo 2^64. */
export function multiply(r: Int32Array, d: number, s: number): void {
  const a = r[d]!;
  const b = r[s]!;
  const cross = Math.imul(r[d + 1]!, b) + Math.imul(a, r[s + 1]!);
  r[d + 1] = upperProduct(a, b) + cross;
  r[d] = Math.imul(a, b);
}

/** Upper 32 bits of the product of two unsigned 32-bit numbers, modulo 2^32. */
function upperProduct(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const low = al * bl;
  const middle = ah * bl + (low >>> 16);
  const other = al * bh + (middle & 0xffff);
  return ah * bh + (middle >>> 16) + (other >>> 16);
}

/** Unsigned; by zero: 0. */
export function divide(r: Int32Array, d: number, s: number): void {
  if (r[d + 1]! >>> 0 < EXACT && r[s + 1]! >>> 0 < EXACT) {
    const divisor = exact(r, s);
    setExact(r, d, divisor === 0 ? 0 : Math.floor(exact(r, d) / divisor));
  } else {
    const divisor = unsigned(r, s);
    set(r, d, divisor === 0n ? 0n : unsigned(r, d) / divisor);
  }
}

/** Unsigned; by zero: unchanged. */
export function modulo(r: Int32Array, d: number, s: number): void {
  if (r[d + 1]! >>> 0 < EXACT && r[s + 1]! >>> 0 < EXACT) {
    const divisor = exact(r, s);
    if (divisor !== 0) setExact(r, d, exact(r, d) % divisor);
  } else {
    const divisor = unsigned(r, s);
    if (divisor !== 0n) set(r, d, unsigned(r, d) % divisor);
  }
}

/** Rounds towards zero; by zero: 0; the smallest number by -1 is itself. */
export function divideSigned(r: Int32Array, d: number, s: number): void {
  const divisor = signed(r, s);
  set(r, d, divisor === 0n ? 0n : signed(r, d) / divisor);
}

/** The sign is that of the dividend; by zero: unchanged. */
export function moduloSigned(r: Int32Array, d: number, s: number): void {
  const divisor = signed(r, s);
  if (divisor !== 0n) set(r, d, signed(r, d) % divisor);
}

/** The distance of shifts is modulo 64. */
export function shiftLeft(r: Int32Array, d: number, s: number): void {
  const by = r[s]! & 63;
  if (by >= 32) {
    r[d + 1] = r[d]! << by;
    r[d] = 0;
  } else if (by > 0) {
    r[d + 1] = (r[d + 1]! << by) | (r[d]! >>> (32 - by));
    r[d] = r[d]! << by;
  }
}

/** Fills with zeros. */
export function shiftRight(r: Int32Array, d: number, s: number): void {
  const by = r[s]! & 63;
  if (by >= 32) {
    r[d] = r[d + 1]! >>> by;
    r[d + 1] = 0;
  } else if (by > 0) {
    r[d] = (r[d]! >>> by) | (r[d + 1]! << (32 - by));
    r[d + 1] = r[d + 1]! >>> by;
  }
}

/** Fills with the sign. */
export function shiftRightSigned(r: Int32Array, d: number, s: number): void {
  const by = r[s]! & 63;
  if (by >= 32) {
    r[d] = r[d + 1]! >> by;
    r[d + 1] = r[d + 1]! >> 31;
  } else if (by > 0) {
    r[d] = (r[d]! >>> by) | (r[d + 1]! << (32 - by));
    r[d + 1] = r[d + 1]! >> by;
  }
}

/** The bytes of a 32-bit word the other way round. */
export function swapWord(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

/** The number at `at`: unsigned, 64 bits. */
export function unsigned(r: Int32Array, at: number): bigint {
  return (BigInt(r[at + 1]! >>> 0) << 32n) | BigInt(r[at]! >>> 0);
}

/** The number at `at`: signed, 64 bits. */
export function signed(r: Int32Array, at: number): bigint {
  return (BigInt(r[at + 1]!) << 32n) | BigInt(r[at]! >>> 0);
}

/** Puts a number modulo 2^64 at `at`. */
export function set(r: Int32Array, at: number, value: bigint): void {
  r[at] = Number(BigInt.asIntN(32, value));
  r[at + 1] = Number(BigInt.asIntN(32, value >> 32n));
}

function exact(r: Int32Array, at: number): number {
  return r[at + 1]! * TWO_32 + (r[at]! >>> 0);
}

function setExact(r: Int32Array, at: number, value: number): void {
  r[at] = value;
  r[at + 1] = value / TWO_32;
}
