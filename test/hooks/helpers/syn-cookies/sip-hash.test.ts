import { describe, expect, it } from "vitest";
import { sipHash } from "../../../../src/hooks/helpers/syn-cookies/sip-hash.ts";

const KEY = [0x0706050403020100n, 0x0f0e0d0c0b0a0908n] as const;
const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i);

describe("SipHash-2-4", () => {
  it.each([
    { name: "nothing", bytes: counting(0), want: 0x726fdb47dd0e0e31n },
    { name: "one whole word", bytes: counting(8), want: 0x93f5f5799a932462n },
    { name: "the paper's 15 bytes", bytes: counting(15), want: 0xa129ca6149be45e5n },
  ])("of $name", ({ bytes, want }) => {
    expect(sipHash(bytes, KEY)).toBe(want);
  });
});
