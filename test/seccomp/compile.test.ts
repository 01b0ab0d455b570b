import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { returnValue } from "../../src/hooks/seccomp/action.ts";
import { InterpretedFilter } from "../../src/hooks/seccomp/filter.ts";
import { SECCOMP_DATA_WORDS, writeSeccompData } from "../../src/hooks/seccomp/seccomp-data.ts";
import {
  ARCHITECTURES,
  type Architecture,
  architectureNamed,
  X32_BIT,
} from "../../src/seccomp/architecture/architecture.ts";
import { syscallNumber } from "../../src/seccomp/architecture/syscalls.ts";
import { compileProfile } from "../../src/seccomp/compile/compile.ts";
import { ALL_BITS, type Condition, type Profile, type Rule } from "../../src/seccomp/profile/profile.ts";

const CALLS = ["read", "write", "openat", "ioctl", "clone3", "mmap", "close"];
const VALUES = [0n, 1n, 2n, 0xffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 1n << 32n, (3n << 32n) | 5n, ALL_BITS];
const ACTIONS = [returnValue("ALLOW"), returnValue("ERRNO", 3), returnValue("TRAP"), returnValue("LOG")];

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    argument: fc.integer({ min: 0, max: 5 }),
    operator: fc.constantFrom("eq", "ne", "lt", "le", "gt", "ge"),
    value: fc.constantFrom(...VALUES),
    mask: fc.constant(ALL_BITS),
  }),
  fc.record({
    argument: fc.integer({ min: 0, max: 5 }),
    operator: fc.constantFrom("eq", "ne"),
    value: fc.constantFrom(0n, 1n, 0x80n, 1n << 33n),
    mask: fc.constantFrom(0n, 1n, 0xf0n, 0x80n, 1n << 33n, (1n << 33n) | 1n, 0xffff_ffffn),
  }),
);
const rule: fc.Arbitrary<Rule> = fc.record({
  call: fc.oneof(fc.constantFrom(...CALLS), fc.integer({ min: 0, max: 2000 })),
  action: fc.constantFrom(...ACTIONS),
  conditions: fc.array(condition, { maxLength: 4 }),
});

/** What a profile says of a call, word by word of its definition. */
function wanted(profile: Profile, architecture: Architecture, nr: number, args: readonly bigint[]): number {
  for (const { call, action, conditions } of profile.rules) {
    const number = typeof call === "number" ? call : syscallNumber(call, architecture);
    if (number === nr && conditions.every((each) => holds(each, args))) return action;
  }
  return profile.defaultAction;
}

function holds({ argument, operator, value, mask }: Condition, args: readonly bigint[]): boolean {
  const given = args[argument]! & mask;
  return {
    eq: given === value,
    ne: given !== value,
    lt: given < value,
    le: given <= value,
    gt: given > value,
    ge: given >= value,
  }[operator];
}

const subject = (rules: readonly Rule[], architectures: readonly Architecture[]): Profile => ({
  file: "rules",
  language: "rules",
  architectures,
  defaultAction: returnValue("ERRNO", 1),
  badArchitecture: returnValue("KILL_PROCESS"),
  rules,
  order: "first",
  flags: [],
  warnings: [],
});

describe("compiled profiles", () => {
  it.each(["linear", "tree"] as const)("answer as the profile says, in %s code", (how) => {
    const words = new Uint32Array(SECCOMP_DATA_WORDS);
    const wide = ARCHITECTURES.filter(({ bits, name }) => bits === 64 && name !== "x86_64");
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 20 }),
        fc.constantFrom(...wide),
        fc.array(fc.array(fc.constantFrom(...VALUES, 3n, 0x80n), { minLength: 6, maxLength: 6 }), {
          minLength: 8,
          maxLength: 8,
        }),
        (rules, architecture, calls) => {
          const profile = subject(rules, [architecture]);
          const filter = new InterpretedFilter(compileProfile(profile, how));
          const numbers = rules.map(({ call }) =>
            typeof call === "number" ? call : syscallNumber(call, architecture)!,
          );
          for (const nr of [...numbers, 0, 1, 5, 2001, 0xffff_ffff])
            for (const args of calls) {
              if (nr === undefined) continue;
              writeSeccompData({ nr, arch: architecture.audit, args }, words);
              expect(filter.run(words)).toBe(wanted(profile, architecture, nr, args));
              writeSeccompData({ nr, arch: 0x1234, args }, words);
              expect(filter.run(words)).toBe(profile.badArchitecture);
            }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("stay right where jumps are too far for eight bits", () => {
    const architecture = architectureNamed("x86_64");
    const rules: Rule[] = Array.from({ length: 1500 }, (_, i) => ({
      call: i * 2,
      action: returnValue("ERRNO", i % 7),
      conditions:
        i % 3 === 0
          ? []
          : [{ argument: i % 6, operator: "eq" as const, value: (BigInt(i) << 30n) | 9n, mask: ALL_BITS }],
    }));
    const profile = subject(rules.slice(0, 500), [architecture]);
    const words = new Uint32Array(SECCOMP_DATA_WORDS);
    for (const how of ["linear", "tree"] as const) {
      const filter = new InterpretedFilter(compileProfile(profile, how));
      for (let nr = 0; nr < 1010; nr++)
        for (const value of [0n, (BigInt((nr / 2) | 0) << 30n) | 9n]) {
          const args = Array<bigint>(6).fill(value);
          writeSeccompData({ nr, arch: architecture.audit, args }, words);
          expect(filter.run(words)).toBe(wanted(profile, architecture, nr, args));
        }
    }
  });

  it("refuse what the kernel would not take for its length", () => {
    const rules: Rule[] = Array.from({ length: 1500 }, (_, i) => ({
      call: i * 2,
      action: returnValue("ERRNO", i),
      conditions: [{ argument: 0, operator: "eq" as const, value: (BigInt(i) << 32n) | 9n, mask: ALL_BITS }],
    }));
    expect(() => compileProfile(subject(rules, [architectureNamed("x86_64")]))).toThrow(/at most 4096/);
  });

  it("leave no way in through x32, whose calls have the token of x86_64", () => {
    const allow = returnValue("ALLOW");
    const profile = { ...subject([], [architectureNamed("x86_64")]), defaultAction: allow };
    const filter = new InterpretedFilter(compileProfile(profile));
    const words = new Uint32Array(SECCOMP_DATA_WORDS);
    for (const [nr, want] of [
      [0, allow],
      [X32_BIT - 1, allow],
      [X32_BIT, profile.badArchitecture],
      [0x8000_0000, profile.badArchitecture],
      [0xffff_fffe, profile.badArchitecture],
      [0xffff_ffff, allow],
    ] as const) {
      writeSeccompData({ nr, arch: 0xc000_003e }, words);
      expect(filter.run(words)).toBe(want);
    }
  });

  it("compare arguments of 32-bit architectures as numbers whose upper half is 0", () => {
    const allow = returnValue("ALLOW");
    const test = (operator: Condition["operator"], value: bigint, given: bigint) => {
      const rules = [{ call: 1, action: allow, conditions: [{ argument: 0, operator, value, mask: ALL_BITS }] }];
      const words = new Uint32Array(SECCOMP_DATA_WORDS);
      writeSeccompData({ nr: 1, arch: 0x4000_0003, args: [given] }, words);
      return new InterpretedFilter(compileProfile(subject(rules, [architectureNamed("x86")]))).run(words) === allow;
    };
    expect(test("eq", 5n, 5n)).toBe(true);
    expect(test("eq", (1n << 32n) | 5n, 5n)).toBe(false);
    expect(test("ne", (1n << 32n) | 5n, 5n)).toBe(true);
    expect(test("lt", 1n << 32n, 0xffff_ffffn)).toBe(true);
    expect(test("gt", 1n << 32n, 0xffff_ffffn)).toBe(false);
    expect(test("eq", BigInt.asUintN(64, -100n), BigInt.asUintN(32, -100n))).toBe(true);
  });
});
