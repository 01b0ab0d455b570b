import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/packet/crc32c.ts";

describe("crc32c", () => {
  it.each([
    { name: "nothing", have: new Uint8Array(), want: 0 },
    {
      name: "the check value of the algorithm's catalogue",
      have: new TextEncoder().encode("123456789"),
      want: 0xe3069283,
    },
    // RFC 3720 appendix B.4, most significant byte first.
    { name: "32 zeros", have: new Uint8Array(32), want: 0x8a9136aa },
    { name: "32 ones", have: new Uint8Array(32).fill(0xff), want: 0x62a8ab43 },
    { name: "32 bytes counting up", have: Uint8Array.from({ length: 32 }, (_, i) => i), want: 0x46dd794e },
  ])("of $name", ({ have, want }) => expect(crc32c(have, 0, have.length)).toBe(want));
});
