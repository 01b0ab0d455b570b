import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextMember, singleMember } from "../../../../src/bpf/verifier/values/single-member.ts";
import { tnumContains } from "../../../../src/bpf/verifier/values/tnum.ts";

/** Small numbers, of which all members can be listed. */
const bits = fc
  .nat(255)
  .chain((mask) => fc.nat(255).map((value) => ({ value: BigInt(value & ~mask), mask: BigInt(mask) })));
const membersOf = (a: { value: bigint; mask: bigint }): bigint[] =>
  Array.from({ length: 256 }, (_, i) => BigInt(i)).filter((value) => tnumContains(a, { value, mask: 0n }));

const maximum = (a: bigint, b: bigint): bigint => (a > b ? a : b);

describe("the members of what is known bit by bit", () => {
  it("follow one another", () => {
    fc.assert(
      fc.property(bits, fc.nat(255), (a, z) => {
        const members = membersOf(a);
        expect(nextMember(a, BigInt(z))).toBe(members.find((it) => it > z) ?? members.at(-1));
      }),
    );
  });

  it("are told to be one only where one lies in the range", () => {
    fc.assert(
      fc.property(bits, fc.nat(255), fc.nat(255), (a, first, second) => {
        // A range begins where what is known bit by bit does, or behind.
        const min = maximum(BigInt(Math.min(first, second)), a.value);
        const max = maximum(BigInt(Math.max(first, second)), a.value);
        const inside = membersOf(a).filter((it) => it >= min && it <= max);
        if (inside.length === 0) return;
        const single = singleMember(a, min, max);
        if (single !== undefined) expect(inside).toEqual([single]);
        // Behind the largest one Linux sees none, and does not tell that it is alone.
        else expect(inside.length > 1 || a.mask === 0n || inside[0] === (a.value | a.mask)).toBe(true);
      }),
    );
  });
});
