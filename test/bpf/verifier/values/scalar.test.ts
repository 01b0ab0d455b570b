import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AluOperation, Condition } from "../../../../src/bpf/isa/instruction.ts";
import { compute, negate } from "../../../../src/bpf/verifier/values/arithmetic.ts";
import { swapBytes } from "../../../../src/bpf/verifier/values/byte-swap.ts";
import { decide } from "../../../../src/bpf/verifier/values/comparison.ts";
import { signExtend32, signExtend64, truncate, zeroExtend32 } from "../../../../src/bpf/verifier/values/extension.ts";
import { refine } from "../../../../src/bpf/verifier/values/refinement.ts";
import { constant, type Scalar, UNKNOWN } from "../../../../src/bpf/verifier/values/scalar.ts";
import { synchronize } from "../../../../src/bpf/verifier/values/synchronize.ts";
import { type Tnum, tnumContains, tnumMul } from "../../../../src/bpf/verifier/values/tnum.ts";

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const s64 = (value: bigint): bigint => BigInt.asIntN(64, value);

/** Whether a number is one that the scalar allows. */
function holds(scalar: Scalar, value: bigint): boolean {
  const [low, lows] = [Number(BigInt.asUintN(32, value)), Number(BigInt.asIntN(32, value))];
  return (
    (value & (scalar.bits.mask ^ 0xffff_ffff_ffff_ffffn)) === scalar.bits.value &&
    scalar.umin <= value &&
    value <= scalar.umax &&
    scalar.smin <= s64(value) &&
    s64(value) <= scalar.smax &&
    scalar.u32min <= low &&
    low <= scalar.u32max &&
    scalar.s32min <= lows &&
    lows <= scalar.s32max
  );
}

/** A number near what makes trouble: ends of ranges and small numbers. */
const number = fc.oneof(
  fc.bigInt({ min: 0n, max: 64n }),
  fc.bigInt({ min: -64n, max: -1n }).map(u64),
  fc.constantFrom(31n, 32n, 63n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 0x1_0000_0000n, 1n << 63n, (1n << 63n) - 1n),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
);

/** A scalar, and a number that it allows: what is known after comparisons with other numbers that all were true. */
const scalarWith: fc.Arbitrary<{ scalar: Scalar; value: bigint }> = fc
  .tuple(number, fc.array(fc.tuple(number, fc.constantFrom<32 | 64>(32, 64)), { maxLength: 4 }), fc.boolean())
  .map(([value, limits, exact]) => {
    if (exact) return { scalar: constant(value), value };
    let scalar: Scalar = UNKNOWN;
    for (const [limit, width] of limits) {
      const conditions: Condition[] = ["lt", "ge", "slt", "sge", "eq", "ne"];
      for (const condition of conditions)
        if (isTrue(condition, width, value, limit)) scalar = refine(condition, width, scalar, constant(limit)).holds[0];
    }
    return { scalar, value };
  });

function isTrue(condition: Condition, width: 32 | 64, a: bigint, b: bigint): boolean {
  const [x, y] = [BigInt.asUintN(width, a), BigInt.asUintN(width, b)];
  const [p, q] = [BigInt.asIntN(width, a), BigInt.asIntN(width, b)];
  const answers: Record<Condition, boolean> = {
    eq: x === y,
    ne: x !== y,
    gt: x > y,
    ge: x >= y,
    lt: x < y,
    le: x <= y,
    sgt: p > q,
    sge: p >= q,
    slt: p < q,
    sle: p <= q,
    set: (x & y) !== 0n,
  };
  return answers[condition];
}

const CONDITIONS: readonly Condition[] = ["eq", "ne", "gt", "ge", "lt", "le", "sgt", "sge", "slt", "sle", "set"];

const RESULTS: Partial<Record<AluOperation, (a: bigint, b: bigint, width: number) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  lsh: (a, b, width) => a << (b & BigInt(width - 1)),
  rsh: (a, b, width) => BigInt.asUintN(width, a) >> (b & BigInt(width - 1)),
  arsh: (a, b, width) => BigInt.asIntN(width, a) >> (b & BigInt(width - 1)),
};

const RUNS = { numRuns: 400 };

describe("what is known of a number holds of the number", () => {
  it.each(Object.keys(RESULTS) as AluOperation[])("after %s", (operation) => {
    fc.assert(
      fc.property(scalarWith, scalarWith, fc.constantFrom<32 | 64>(32, 64), (a, b, width) => {
        const result = BigInt.asUintN(width, RESULTS[operation]!(a.value, b.value, width));
        expect(holds(compute(operation, width, a.scalar, b.scalar), result)).toBe(true);
      }),
      RUNS,
    );
  });

  it("after negation, truncation, extension and byte swaps", () => {
    fc.assert(
      fc.property(scalarWith, ({ scalar, value }) => {
        expect(holds(negate(64, scalar), u64(-value))).toBe(true);
        expect(holds(negate(32, scalar), BigInt.asUintN(32, -value))).toBe(true);
        expect(holds(zeroExtend32(scalar), BigInt.asUintN(32, value))).toBe(true);
        for (const bytes of [1, 2, 4] as const) {
          expect(holds(truncate(scalar, bytes), BigInt.asUintN(bytes * 8, value))).toBe(true);
          expect(holds(signExtend64(scalar, bytes), u64(BigInt.asIntN(bytes * 8, value)))).toBe(true);
        }
        for (const bytes of [1, 2] as const)
          expect(holds(signExtend32(scalar, bytes), BigInt.asUintN(32, BigInt.asIntN(bytes * 8, value)))).toBe(true);
        const swapped = BigInt(`0x${value.toString(16).padStart(16, "0").match(/../g)!.reverse().join("")}`);
        expect(holds(swapBytes({ kind: "byte-swap", index: 0, order: "be", bits: 64, dst: 0 }, scalar), swapped)).toBe(
          true,
        );
      }),
      RUNS,
    );
  });

  it.each(CONDITIONS)("after a comparison with %s, on the way that is taken", (condition) => {
    fc.assert(
      fc.property(scalarWith, scalarWith, fc.constantFrom<32 | 64>(32, 64), (a, b, width) => {
        const truth = isTrue(condition, width, a.value, b.value);
        expect([truth, undefined]).toContain(decide(condition, width, a.scalar, b.scalar));
        const { holds: yes, fails: no } = refine(condition, width, a.scalar, b.scalar);
        const [left, right] = truth ? yes : no;
        expect(holds(left, a.value)).toBe(true);
        expect(holds(right, b.value)).toBe(true);
      }),
      RUNS,
    );
  });

  it("after its parts have sharpened each other, and is no less than before", () => {
    fc.assert(
      fc.property(scalarWith, ({ scalar, value }) => {
        const sharpened = scalar.copy();
        synchronize(sharpened);
        expect(holds(sharpened, value)).toBe(true);
        expect(tnumContains(scalar.bits, sharpened.bits)).toBe(true);
      }),
      RUNS,
    );
  });
});

describe("tristate numbers", () => {
  const bits = (text: string): Tnum => ({
    value: BigInt(`0b${text.replaceAll("x", "0")}`),
    mask: BigInt(`0b${text.replaceAll("1", "0").replaceAll("x", "1")}`),
  });
  it.each([
    { name: "times zero", a: "xx", b: "0", want: "0" },
    { name: "times one", a: "1x1", b: "1", want: "1x1" },
    { name: "an unknown bit times three", a: "x", b: "11", want: "xx" },
    { name: "an even number times something", a: "x0", b: "x1", want: "xxx0" },
  ])("$name", ({ a, b, want }) => {
    const have = tnumMul(bits(a), bits(b));
    expect(tnumContains(bits(want), have)).toBe(true);
    if (!want.includes("xxx")) expect(have).toEqual(bits(want));
  });
});
