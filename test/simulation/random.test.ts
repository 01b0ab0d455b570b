import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/simulation/random.ts";

const draw = (random: Random, n = 8) => Array.from({ length: n }, () => random.uint32());

describe("Random", () => {
  it("gives the same sequence for the same seed and label, another one otherwise", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.string(), (seed, label) => {
        const have = draw(new Random(seed, label));
        expect(have).toEqual(draw(new Random(seed, label)));
        expect(have).not.toEqual(draw(new Random(seed, `${label}x`)));
        expect(have).not.toEqual(draw(new Random(seed ^ 1n, label)));
      }),
    );
  });

  const statistics = [
    { name: "fraction has mean 1/2", draw: (r: Random) => r.fraction(), mean: 0.5, tolerance: 0.01 },
    { name: "below(10) has mean 4.5", draw: (r: Random) => r.below(10), mean: 4.5, tolerance: 0.1 },
    {
      name: "chance(0.2) is true one time in five",
      draw: (r: Random) => Number(r.chance(0.2)),
      mean: 0.2,
      tolerance: 0.01,
    },
    { name: "exponential(7) has mean 7", draw: (r: Random) => r.exponential(7), mean: 7, tolerance: 0.2 },
  ];
  it.each(statistics)("$name", ({ draw, mean, tolerance }) => {
    const random = new Random(1n, "statistics");
    let sum = 0;
    for (let i = 0; i < 50_000; i++) sum += draw(random);
    expect(Math.abs(sum / 50_000 - mean)).toBeLessThan(tolerance);
  });

  it("draws nothing for a chance of zero", () => {
    const have = new Random(5n);
    have.chance(0);
    expect(draw(have)).toEqual(draw(new Random(5n)));
  });
});
