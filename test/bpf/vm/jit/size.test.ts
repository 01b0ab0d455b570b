import { describe, expect, it } from "vitest";
import { Bench, hex } from "./jit-programs.ts";

const repeat = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");

/* Large programs: neither the compiler's stack nor that of WebAssembly's own compiler may depend on their size. */
const CASES: readonly { name: string; have: string; want: bigint }[] = [
  {
    name: "100,000 instructions without a jump",
    have: `r0 = 0\n${repeat(100_000, () => "r0 += 1")}\nexit`,
    want: 100_000n,
  },
  {
    name: "16,000 branches to one place",
    have: `r0 = 0\n${repeat(16_000, (i) => `r0 += 1\nif r0 == ${60_000 + i} goto far`)}\nexit\nfar: r0 = 0\nexit`,
    want: 16_000n,
  },
  {
    name: "30,000 branches, each over the next instruction",
    have: `r0 = 0\n${repeat(30_000, (i) => `if r0 & 1 goto l${i}\nr0 += 1\nl${i}: r0 += 1`)}\nexit`,
    want: 60_000n,
  },
  {
    name: "25,000 answers, each behind its own question",
    have: `r0 = 0\nr2 = 25000\n${repeat(25_000, (i) => `if r2 != ${i} goto +2\nr0 = ${i}\nexit`)}\nr0 = 77\nexit`,
    want: 77n,
  },
  {
    name: "20,000 loops one behind the other",
    have: `r0 = 0\n${repeat(20_000, (i) => `r2 = 0\nl${i}: r0 += 1\nr2 += 1\nif r2 < 2 goto l${i}`)}\nexit`,
    want: 40_000n,
  },
  {
    name: "loops 100 deep",
    have: `r0 = 0\n${repeat(100, (i) => `*(u32 *)(r10 ${-4 - 4 * i}) = 0\nl${i}:`)}\nr0 += 1\n${repeat(100, (i) => {
      const at = -4 - 4 * (99 - i);
      return `w2 = *(u32 *)(r10 ${at})\nw2 += 1\n*(u32 *)(r10 ${at}) = r2\nif w2 < ${i % 17 === 0 ? 2 : 1} goto l${99 - i}`;
    })}\nexit`,
    want: 64n,
  },
  {
    name: "10,000 places to go to that all lie ahead",
    have: `r0 = 0\nr2 = *(u32 *)(r1 + 0)\n${repeat(10_000, (i) => `if r2 == ${i + 1} goto l${i}`)}\n${repeat(10_000, (i) => `l${i}: r0 += 1`)}\nexit`,
    want: 10_000n,
  },
];

describe("large programs", () => {
  it.each(CASES)("$name", ({ have, want }) => {
    expect(hex(new Bench().run(have, false))).toBe(hex(want));
  });

  it("says by name that a function is larger than WebAssembly takes", () => {
    const swap = Uint8Array.of(0xdc, 0, 0, 0, 64, 0, 0, 0);
    const count = 300_000;
    const program = new Uint8Array(8 * (count + 1));
    for (let i = 0; i < count; i++) program.set(swap, 8 * i);
    program[8 * count] = 0x95;
    const { jit, environment } = new Bench();
    expect(() => jit.load(program, environment)).toThrow(
      /Function main takes \d+ bytes of WebAssembly; V8 takes at most/,
    );
  });
});
