import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";

/** bpf_csum_diff, by its number (net/core/filter.c). */
export function checksumHelpers(memory: HelperMemory): ReadonlyMap<number, HostFunction> {
  const what = "bpf_csum_diff";
  return new Map<number, HostFunction>([
    helper(28, "wwwww", "i64", (from: number, fromSize: number, to: number, toSize: number, seed: number) => {
      const before = fromSize === 0 ? 0 : memory.within(what, from, fromSize);
      const after = toSize === 0 ? 0 : memory.within(what, to, toSize);
      const { bytes } = memory;
      if (fromSize > 0 && toSize > 0) {
        const removed = sum(bytes, before, fromSize, 0);
        return BigInt(fold(add(sum(bytes, after, toSize, seed >>> 0), ~removed >>> 0)));
      }
      if (toSize > 0) return BigInt(fold(sum(bytes, after, toSize, seed >>> 0)));
      if (fromSize > 0) return BigInt(fold(~sum(bytes, before, fromSize, ~seed >>> 0) >>> 0));
      return BigInt(fold(seed >>> 0));
    }),
  ]);
}

/** Ones' complement sum of 32 bits. */
function add(a: number, b: number): number {
  const all = a + b;
  return all > 0xffff_ffff ? (all + 1) >>> 0 : all;
}

function sum(bytes: Uint8Array, at: number, length: number, seed: number): number {
  let all = seed;
  const whole = at + (length & ~3);
  for (let i = at; i < whole; i += 4)
    all = add(all, (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)) >>> 0);
  let rest = 0;
  for (let i = whole; i < at + length; i++) rest |= bytes[i]! << (8 * (i - whole));
  return add(all, rest);
}

/** csum_from32to16 */
function fold(value: number): number {
  const once = (value & 0xffff) + (value >>> 16);
  return ((once & 0xffff) + (once >>> 16)) & 0xffff;
}
