import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlockCopier } from "../../src/packet/block-copier.ts";

describe("BlockCopier", () => {
  it("copies what TypedArray.set would, for any lengths, positions and changes of array", () => {
    const copier = new BlockCopier();
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 0, maxLength: 1200 }),
        fc.nat(1200),
        fc.nat(1200),
        fc.nat(16),
        (source, first, last, at) => {
          const [from, to] = [Math.min(first, last, source.length), Math.min(Math.max(first, last), source.length)];
          const have = new Uint8Array(1300).fill(0xee, 7).subarray(3);
          const want = have.slice();
          copier.copy(have, at, source, from, to - from);
          want.set(source.subarray(from, to), at);
          expect(have).toEqual(want);
        },
      ),
    );
  });
});
