import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseClassicProgram } from "../../../src/bpf/classic/parser.ts";
import { returnValue } from "../../../src/hooks/seccomp/action.ts";
import { decide } from "../../../src/hooks/seccomp/decide.ts";
import { InterpretedFilter } from "../../../src/hooks/seccomp/filter.ts";
import { differences } from "../../../src/seccomp/analysis/diff.ts";
import { leaves, Undecidable } from "../../../src/seccomp/analysis/symbolic.ts";
import { WordSet } from "../../../src/seccomp/analysis/word-set.ts";
import { architectureNamed } from "../../../src/seccomp/architecture/architecture.ts";
import { compileProfile } from "../../../src/seccomp/compile/compile.ts";
import { ALL_BITS, type Condition, type Profile, type Rule } from "../../../src/seccomp/profile/profile.ts";

const assembled = (text: string) => parseClassicProgram(text).instructions;

const VALUES = [0n, 1n, 2n, 3n, 0x80n, 0xffff_ffffn, 1n << 32n, (1n << 32n) | 2n];
const condition: fc.Arbitrary<Condition> = fc.record({
  argument: fc.integer({ min: 0, max: 1 }),
  operator: fc.constantFrom("eq", "ne"),
  value: fc.constantFrom(0n, 1n, 2n),
  mask: fc.constantFrom(ALL_BITS, 3n, 0x82n, 1n << 32n),
});
const rules: fc.Arbitrary<Rule[]> = fc.array(
  fc.record({
    call: fc.constantFrom("read", "openat", "close"),
    action: fc.constantFrom(returnValue("ALLOW"), returnValue("ERRNO", 2), returnValue("TRAP")),
    conditions: fc.array(condition, { maxLength: 3 }),
  }),
  { maxLength: 5 },
);
const subject = (drawn: readonly Rule[], names: readonly string[]): Profile => ({
  file: "rules",
  language: "rules",
  architectures: names.map(architectureNamed),
  defaultAction: returnValue("ERRNO", 1),
  badArchitecture: returnValue("KILL_PROCESS"),
  rules: drawn,
  order: "first",
  flags: [],
  warnings: [],
});

describe("the differences of two filters", () => {
  it("are all there, each with a call that shows it", () => {
    const architectures = fc.constantFrom(["x86_64"], ["x86_64", "x32"], ["s390x"]);
    fc.assert(
      fc.property(rules, rules, architectures, (one, other, names) => {
        const [left, right] = [one, other].map((drawn) => compileProfile(subject(drawn, names)));
        const found = [...differences(left!, right!)];
        const filters = [left!, right!].map((program) => new InterpretedFilter(program));
        for (const { first, second, witness } of found) {
          expect(decide(witness, [filters[0]!]).returnValue).toBe(first);
          expect(decide(witness, [filters[1]!]).returnValue).toBe(second);
          expect(first).not.toBe(second);
        }
        // Where nothing is found, no call that one tries shows a difference.
        const { audit } = architectureNamed(names[0]!);
        for (const nr of [0, 3, 6, 63, 57, 257, 288])
          for (const a of VALUES)
            for (const b of VALUES) {
              const call = { nr, arch: audit, args: [a, b] };
              const [x, y] = filters.map((filter) => decide(call, [filter]).returnValue);
              if (x !== y) expect(found.some((each) => each.first === x && each.second === y)).toBe(true);
            }
      }),
      { numRuns: 60 },
    );
  });

  it("are none between a filter and itself, whatever way its numbers are looked for", () => {
    const profile = subject(
      [0, 1, 2, 5, 9, 10, 200, 300].map((call) => ({ call, action: returnValue("ALLOW"), conditions: [] })),
      ["x86_64", "x86", "x32"],
    );
    expect([...differences(compileProfile(profile, "linear"), compileProfile(profile, "tree"))]).toEqual([]);
  });

  it("do not look at what goes with ALLOW and killing", () => {
    const [a, b] = ["ret #0x7fff0001\n", "ret #0x7fff0002\n"].map(assembled);
    expect([...differences(a!, b!)]).toEqual([]);
    expect([...differences(assembled("ret #0x50001\n"), assembled("ret #0x50002\n"))]).toHaveLength(1);
  });

  it("are not guessed where a filter computes with arguments", () => {
    const program = assembled("ld [16]\nadd #1\njeq #5, yes\nret #0\nyes: ret #0x7fff0000\n");
    expect(() => [...leaves(program)]).toThrow(Undecidable);
  });
});

describe("a set of words", () => {
  it("has exactly the values for which its tests went as they did", () => {
    const test = fc.record({
      mask: fc.constantFrom(0xffff_ffff, 0xff, 0xf0, 6),
      test: fc.constantFrom("eq", "gt", "ge", "set"),
      k: fc.constantFrom(0, 1, 2, 4, 6, 0x10, 0x70, 0xff, 0x100, 0x8000_0000, 0xffff_ffff),
      outcome: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(test, { maxLength: 6 }), fc.array(fc.integer({ min: 0, max: 300 })), (tests, values) => {
        const usable = tests.filter((each) => each.mask === 0xffff_ffff || each.test === "eq" || each.test === "set");
        const fits = (word: number) =>
          usable.every(({ mask, test: kind, k, outcome }) => {
            const value = (word & mask) >>> 0;
            const holds = { eq: value === k, gt: value > k, ge: value >= k, set: (value & k) !== 0 }[kind];
            return holds === outcome;
          });
        let set: WordSet | undefined = WordSet.everything;
        for (const { mask, test: kind, k, outcome } of usable) set = set?.refine(mask, kind, k, outcome);
        for (const word of [...values, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])
          expect(set?.has(word) ?? false).toBe(fits(word));
        if (set !== undefined) expect(fits(set.witness()!)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
