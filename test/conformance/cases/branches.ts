import type { ConformanceCase } from "../case.ts";

/** Signs of the comparisons and what they mean, of signed or unsigned numbers. */
const COMPARISONS: readonly [sign: string, signed: boolean, holds: (a: bigint, b: bigint) => boolean][] = [
  ["==", false, (a, b) => a === b],
  ["!=", false, (a, b) => a !== b],
  [">", false, (a, b) => a > b],
  [">=", false, (a, b) => a >= b],
  ["<", false, (a, b) => a < b],
  ["<=", false, (a, b) => a <= b],
  ["s>", true, (a, b) => a > b],
  ["s>=", true, (a, b) => a >= b],
  ["s<", true, (a, b) => a < b],
  ["s<=", true, (a, b) => a <= b],
  ["&", false, (a, b) => (a & b) !== 0n],
];

/** Pairs in which the halves agree and disagree, and the signs. */
const PAIRS: readonly [bigint, bigint][] = [
  [0n, 0n],
  [1n, 2n],
  [2n, 1n],
  [-1n, 1n],
  [1n, -1n],
  [0x1_0000_0000n, 1n],
  [0x1_0000_0001n, 1n],
  [0x2_0000_0001n, 0x1_0000_0002n],
  [-0x8000_0000n, 0x7fff_ffffn],
  [0x8000_0000n, -0x8000_0000n],
  [-(2n ** 63n), 2n ** 63n - 1n],
];

const cut = (bits: 32 | 64, signed: boolean, value: bigint) =>
  signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);

/** One case a comparison: a bit of the result for each pair. */
function comparison(bits: 32 | 64, [sign, signed, holds]: (typeof COMPARISONS)[number]): ConformanceCase {
  const r = bits === 64 ? "r" : "w";
  const lines = PAIRS.flatMap(([a, b], i) => [
    `r1 = ${BigInt.asUintN(64, a)} ll`,
    `r2 = ${BigInt.asUintN(64, b)} ll`,
    "r0 <<= 1",
    "r3 = 1",
    `if ${r}1 ${sign} ${r}2 goto true${i}`,
    "r3 = 0",
    `true${i}: r0 |= r3`,
  ]);
  const want = PAIRS.reduce(
    (bitsSoFar, [a, b]) => (bitsSoFar << 1n) | (holds(cut(bits, signed, a), cut(bits, signed, b)) ? 1n : 0n),
    0n,
  );
  return { name: `${sign} of ${bits} bits`, program: ["r0 = 0", ...lines, "exit"].join("\n"), want };
}

/** The same with immediates, whose sign is extended. */
function withImmediate(bits: 32 | 64, [sign, signed, holds]: (typeof COMPARISONS)[number]): ConformanceCase {
  const r = bits === 64 ? "r" : "w";
  const pairs: readonly [bigint, number][] = [
    [5n, 5],
    [-5n, -5],
    [0xffff_fffbn, -5],
    [5n, -5],
    [-6n, -5],
    [0x7fff_ffffn, 0x7fff_ffff],
    [0x1_0000_0000n, 0],
  ];
  const lines = pairs.flatMap(([a, b], i) => [
    `r1 = ${BigInt.asUintN(64, a)} ll`,
    "r0 <<= 1",
    "r3 = 1",
    `if ${r}1 ${sign} ${b} goto true${i}`,
    "r3 = 0",
    `true${i}: r0 |= r3`,
  ]);
  const want = pairs.reduce(
    (bitsSoFar, [a, b]) => (bitsSoFar << 1n) | (holds(cut(bits, signed, a), cut(bits, signed, BigInt(b))) ? 1n : 0n),
    0n,
  );
  return { name: `${sign} of ${bits} bits with an immediate`, program: ["r0 = 0", ...lines, "exit"].join("\n"), want };
}

export const BRANCHES: readonly ConformanceCase[] = [
  ...COMPARISONS.flatMap((c) => [comparison(64, c), comparison(32, c), withImmediate(64, c), withImmediate(32, c)]),
  { name: "goto", program: "goto there\nback: exit\nthere: r0 = 1\ngoto back", want: 1n },
  { name: "gotol", program: "gotol there\nback: exit\nthere: r0 = 1\ngotol back", want: 1n },
  {
    name: "goto backwards",
    program: "r0 = 0\nr1 = 10\nagain: r0 += r1\nr1 += -1\nif r1 != 0 goto again\nexit",
    want: 55n,
  },
  { name: "exit in the middle", program: "r0 = 3\nif r0 == 3 goto out\nr0 = 4\nexit\nout: r0 = 5\nexit", want: 5n },
  {
    name: "may_goto does not jump at first",
    program: "r0 = 0\nmay_goto out\nr0 = 1\nout: exit",
    want: 1n,
  },
];
