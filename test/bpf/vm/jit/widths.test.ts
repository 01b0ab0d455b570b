import { describe, expect, it } from "vitest";
import { Bench, hex, MODES } from "./jit-programs.ts";

/* Values whose upper half seems not to matter are kept in 32 bits; each of these would go wrong if one were so by mistake. */
const CASES: readonly { name: string; have: string; want: bigint }[] = [
  { name: "the lower half of a shift by 32", have: "r2 = 1\nr2 <<= 32\nw0 = w2\nexit", want: 0n },
  { name: "the lower half of a shift by 31", have: "r2 = 3\nr2 <<= 31\nw0 = w2\nexit", want: 0x8000_0000n },
  { name: "the lower half of a shift by a register", have: "r2 = 5\nr3 = 33\nr2 <<= r3\nw0 = w2\nexit", want: 0n },
  {
    name: "the lower half of a right shift",
    have: "r2 = 0x1234567800000000 ll\nr2 >>= 32\nw0 = w2\nexit",
    want: 0x12345678n,
  },
  { name: "the lower half of a quotient", have: "r2 = 0x300000000 ll\nr2 /= 3\nr2 >>= 32\nw0 = w2\nexit", want: 1n },
  {
    name: "a sum that carries, of values that came with a clear upper half",
    have: "w2 = -1\nr2 += 1\nr0 = r2\nexit",
    want: 0x1_0000_0000n,
  },
  {
    name: "a difference below zero",
    have: "w2 = 1\nr2 -= 2\nr0 = r2\nexit",
    want: -1n,
  },
  {
    name: "a value that is narrow on one way and wide on the other",
    have: "r3 = *(u32 *)(r1 + 0)\nr2 = 0x123456789a ll\nif r3 == 0 goto +1\nr2 = *(u32 *)(r1 + 4)\nr0 = r2\nexit",
    want: 0x12_3456_789an,
  },
  {
    name: "a loop that adds to a narrow start until the upper half is not 0",
    have: "w0 = 0x40000000\nr2 = 5\nagain: r0 += r0\nr2 += -1\nif r2 != 0 goto again\nexit",
    want: 0x8_0000_0000n,
  },
  {
    name: "a pointer that moves in a loop and is compared with an end",
    have: `
      r2 = r1
      r3 = r1
      r3 += 16
      r0 = 0
    again:
      *(u8 *)(r2 + 0) = 3
      r4 = *(u8 *)(r2 + 0)
      r0 += r4
      r2 += 1
      if r2 < r3 goto again
      r2 -= r1
      r0 *= 100
      r0 += r2
      exit`,
    want: 4816n,
  },
  {
    name: "a pointer stored and loaded again",
    have: "*(u64 *)(r10 - 8) = r1\nr2 = *(u64 *)(r10 - 8)\n*(u32 *)(r2 + 0) = 9\nr0 = *(u32 *)(r1 + 0)\nexit",
    want: 9n,
  },
  {
    name: "eight bytes of which only four are looked at",
    have: "r2 = -2\n*(u64 *)(r10 - 8) = r2\nr3 = *(u64 *)(r10 - 8)\nw0 = w3\nexit",
    want: 0xffff_fffen,
  },
  {
    name: "a narrow value stored as eight bytes",
    have: "w2 = -1\n*(u64 *)(r10 - 8) = r2\nr0 = *(u64 *)(r10 - 8)\nexit",
    want: 0xffff_ffffn,
  },
  {
    name: "a signed load of which the upper half is looked at",
    have: "*(u32 *)(r10 - 4) = -5\nr0 = *(s32 *)(r10 - 4)\nexit",
    want: -5n,
  },
  {
    name: "a signed load of which only the lower half is looked at",
    have: "*(u16 *)(r10 - 4) = -5\nr2 = *(s16 *)(r10 - 4)\nw0 = w2\nexit",
    want: 0xffff_fffbn,
  },
  {
    name: "a 64-bit comparison of what was added",
    have: "w2 = -1\nr2 += 2\nr0 = 1\nif r2 > 5 goto +1\nr0 = 2\nexit",
    want: 1n,
  },
  {
    name: "a test of bits in the lower half",
    have: "w2 = -1\nr2 += 1\nr0 = 1\nif r2 & 1 goto +1\nr0 = 2\nexit",
    want: 2n,
  },
  {
    name: "a test of all bits",
    have: "w2 = -1\nr2 += 1\nr0 = 1\nif r2 & -1 goto +1\nr0 = 2\nexit",
    want: 1n,
  },
  {
    name: "an argument of a local function that adds to it",
    have: "w1 = -1\ncall f\nexit\nf: r1 += 1\nr0 = r1\nexit",
    want: 0x1_0000_0000n,
  },
  {
    name: "swaps and copies in both widths",
    have: "r2 = 0x1122334455667788 ll\nr3 = r2\nr3 = be32 r3\nr2 = le64 r2\nr2 >>= 48\nr0 = r3\nr0 <<= 16\nr0 |= r2\nexit",
    want: 0x8877_6655_1122n,
  },
];

describe.each(MODES)("values of two widths, $mode", ({ checked }) => {
  it.each(CASES)("$name", ({ have, want }) => {
    expect(hex(new Bench().run(have, checked))).toBe(hex(want));
  });
});
