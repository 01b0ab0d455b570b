import { get16, set16 } from "../../../../packet/wire.ts";

/** Looks at whole bytes. */
export function maskBytes(mask: Uint8Array, at: number, count: number): void {
  mask.fill(0xff, at, at + count);
}

/** Looks at these bits of two bytes. */
export function maskBits(mask: Uint8Array, at: number, bits: number): void {
  set16(mask, at, get16(mask, at) | bits);
}

/** Copies `count` bytes at `at` from one key to another. */
export function copyPart(to: Uint8Array, from: Uint8Array, at: number, count: number): void {
  for (let i = at; i < at + count; i++) to[i] = from[i]!;
}

export function samePart(a: Uint8Array, b: Uint8Array, at: number, count: number): boolean {
  for (let i = at; i < at + count; i++) if (a[i] !== b[i]) return false;
  return true;
}
