import fc from "fast-check";
import { concat } from "./build.ts";

/** What lengths and numbers are when someone wants to do harm. */
const HOSTILE = [0, 1, 3, 4, 11, 12, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff, 262_144, 262_145, 0x0a0d0d0a];

type Change =
  | { readonly kind: "byte"; readonly at: number; readonly value: number }
  | { readonly kind: "word"; readonly at: number; readonly value: number; readonly little: boolean }
  | { readonly kind: "cut"; readonly at: number }
  | { readonly kind: "remove"; readonly at: number; readonly count: number }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array };

const at = fc.nat(1 << 16);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant("byte" as const), at, value: fc.nat(255) }),
  fc.record({ kind: fc.constant("word" as const), at, value: fc.constantFrom(...HOSTILE), little: fc.boolean() }),
  fc.record({ kind: fc.constant("cut" as const), at }),
  fc.record({ kind: fc.constant("remove" as const), at, count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant("insert" as const), at, bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }) }),
);

function apply(bytes: Uint8Array, change: Change): Uint8Array {
  if (bytes.length === 0) return bytes;
  const at = change.at % bytes.length;
  switch (change.kind) {
    case "byte":
      return bytes.with(at, change.value);
    case "word": {
      const changed = concat(bytes);
      const word = at & ~3;
      if (word + 4 <= bytes.length) new DataView(changed.buffer).setUint32(word, change.value, change.little);
      return changed;
    }
    case "cut":
      return bytes.subarray(0, at);
    case "remove":
      return concat(bytes.subarray(0, at), bytes.subarray(at + change.count));
    case "insert":
      return concat(bytes.subarray(0, at), change.bytes, bytes.subarray(at));
  }
}

/** One of the captures, with one to three changes. */
export function damaged(captures: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.constantFrom(...captures), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([bytes, changes]) => changes.reduce(apply, bytes));
}
