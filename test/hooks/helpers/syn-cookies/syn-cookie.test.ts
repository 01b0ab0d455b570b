import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SynCookies } from "../../../../src/hooks/helpers/syn-cookies/syn-cookie.ts";
import { Random } from "../../../../src/simulation/random.ts";

const random = (seed: bigint) => {
  const chance = new Random(seed);
  return () => (BigInt(chance.uint32()) << 32n) | BigInt(chance.uint32());
};
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const ends = fc
  .constantFrom(4, 16)
  .chain((length) => fc.record({ source: bytes(length), destination: bytes(length), ports: bytes(4) }));
const word = fc.nat(0xffff_ffff);

describe("SYN cookies", () => {
  const cookies = new SynCookies(random(1n));

  it("are known for the minute after the one that they are made in, and no longer", () => {
    fc.assert(
      fc.property(ends, word, fc.nat(9000), fc.nat(0xfffffff), (of, sequence, asked, minute) => {
        const { cookie, mss } = cookies.create(of, sequence, asked, minute);
        const ages = [0, 1, 2, 3, 255].map((age) => cookies.check(of, cookie, sequence, minute + age));
        expect(ages).toEqual([mss, mss, 0, 0, 0]);
        expect(mss <= asked || mss === 536 || mss === 1220).toBe(true);
      }),
    );
  });

  it("of other secrets are not known", () => {
    fc.assert(
      fc.property(ends, word, (of, sequence) => {
        const { cookie } = new SynCookies(random(2n)).create(of, sequence, 1460, 7);
        expect(cookies.check(of, cookie, sequence, 7)).toBe(0);
      }),
      { seed: 3 },
    );
  });
});
