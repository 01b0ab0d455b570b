import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PrefixTable } from "../../src/network/prefix-table.ts";
import { matches } from "../../src/network/route-table.ts";
import { ip } from "./frames.ts";

describe("longest-prefix match", () => {
  for (const [family, size] of [
    [4, 4],
    [6, 16],
  ] as const)
    it(`finds for IPv${family} what looking at every prefix finds`, () => {
      // Few distinct bytes, so that prefixes really contain one another.
      const address = fc.array(fc.constantFrom(0, 1, 0x80, 0xff), { minLength: size, maxLength: size });
      const prefixes = fc.array(fc.tuple(address, fc.nat(size * 8)), { maxLength: 40 });
      fc.assert(
        fc.property(prefixes, fc.array(address, { minLength: 1, maxLength: 20 }), (entries, wanted) => {
          const table = new PrefixTable<number>(family);
          const list = entries.map(([bytes, prefix]) => ({ network: Uint8Array.from(bytes), prefix }));
          for (const [i, { network, prefix }] of list.entries()) table.set(network, prefix, i);
          for (const bytes of wanted) {
            const at = Uint8Array.from([9, 9, ...bytes]);
            let best: { prefix: number; value: number } | undefined;
            for (const [value, { network, prefix }] of list.entries())
              if (matches(at, 2, network, prefix) && prefix >= (best?.prefix ?? -1)) best = { prefix, value };
            expect(table.lookup(at, 2)).toBe(best?.value);
          }
        }),
        { numRuns: 300 },
      );
    });

  it("holds 10,000 prefixes without looking through them", () => {
    const table = new PrefixTable<number>(4);
    for (let i = 0; i < 10_000; i++) table.set(Uint8Array.of(10, i >> 8, i & 255, 0), 24, i);
    expect(table.lookup(ip("10.39.15.77"), 0)).toBe(9999);
    expect(table.lookup(ip("10.39.16.1"), 0)).toBeUndefined();
  });
});
