/* Sequence numbers are unsigned 32-bit numbers modulo 2^32 (RFC 9293 section 3.4); so are 32-bit timestamps. */

/** True when `a` comes before `b`. */
export function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** True when `a` comes after `b`. */
export function after(a: number, b: number): boolean {
  return ((b - a) | 0) < 0;
}

/** True for low <= value <= high. */
export function between(value: number, low: number, high: number): boolean {
  return (high - low) >>> 0 >= (value - low) >>> 0;
}

/** `sequence` moved by `count`, which may be negative. */
export function plus(sequence: number, count: number): number {
  return (sequence + count) >>> 0;
}

/** Numbers from `from` up to `to`. */
export function distance(from: number, to: number): number {
  return (to - from) >>> 0;
}
