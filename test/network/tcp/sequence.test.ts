import { describe, expect, it } from "vitest";
import { after, before, between, distance, plus } from "../../../src/network/tcp/sequence.ts";

const MAX = 0xffff_ffff;

describe("sequence numbers", () => {
  it.each([
    { a: 0, b: 0, isBefore: false, isAfter: false },
    { a: 0, b: 1, isBefore: true, isAfter: false },
    { a: MAX, b: 0, isBefore: true, isAfter: false },
    { a: 0, b: MAX, isBefore: false, isAfter: true },
    // Half the circle apart, each is before the other, as in Linux.
    { a: 0x7fff_ffff, b: MAX, isBefore: true, isAfter: true },
    { a: 5, b: 0x8000_0006, isBefore: false, isAfter: true },
  ])("$a against $b", ({ a, b, isBefore, isAfter }) => {
    expect([before(a, b), after(a, b)]).toEqual([isBefore, isAfter]);
  });

  it("wrap around in sums, differences and ranges", () => {
    expect([plus(MAX, 2), plus(1, -2), distance(MAX, 4)]).toEqual([1, MAX, 5]);
    expect([between(0, MAX, 1), between(2, MAX, 1), between(MAX, MAX, MAX)]).toEqual([true, false, true]);
  });
});
