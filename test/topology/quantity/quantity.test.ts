import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatBitRate, parseBitRate } from "../../../src/topology/quantity/bit-rate.ts";
import { parseCountTest } from "../../../src/topology/quantity/count-test.ts";
import { formatDuration, parseDuration } from "../../../src/topology/quantity/duration.ts";
import { parseEventRate } from "../../../src/topology/quantity/event-rate.ts";
import { parseFraction } from "../../../src/topology/quantity/fraction.ts";
import { parseInstant } from "../../../src/topology/quantity/instant.ts";
import { QuantityError } from "../../../src/topology/quantity/quantity.ts";
import { parseSize } from "../../../src/topology/quantity/size.ts";

/** The value, or the message of the refusal. */
function tried<T>(parse: (text: string) => T, text: string): T | string {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof QuantityError) return error.message;
    throw error;
  }
}

describe("parseDuration", () => {
  it.each([
    { have: "50us", want: 50_000 },
    { have: "1.5s", want: 1_500_000_000 },
    { have: "2min", want: 120_000_000_000 },
    { have: "1h", want: 3_600_000_000_000 },
    { have: "1d", want: 86_400_000_000_000 },
    { have: "0", want: 0 },
    { have: "0.0", want: 0 },
    { have: "-0s", want: 0 },
    { have: "1ns", want: 1 },
    { have: "10 ms", want: 10_000_000 },
    { have: "3msecs", want: 3_000_000 },
    { have: "4SEC", want: 4_000_000_000 },
    { have: "7µs", want: 7000 },
    { have: "7μs", want: 7000 },
    { have: ".5s", want: 500_000_000 },
    { have: "5.s", want: 5_000_000_000 },
    { have: "1e3ms", want: 1_000_000_000 },
    { have: "1e-9s", want: 1 },
    { have: "0.1s", want: 100_000_000 },
    { have: "0.3us", want: 300 },
    { have: "9007199.254740991s", want: Number.MAX_SAFE_INTEGER },
    { have: "9007199.254740992s", want: "'9007199.254740992s' is more than 9007199254740991 nanoseconds." },
    { have: "1e999999999s", want: "'1e999999999s' is more than 9007199254740991 nanoseconds." },
    { have: "1e-999999999s", want: "'1e-999999999s' is not a whole number of nanoseconds." },
    { have: "0.5ns", want: "'0.5ns' is not a whole number of nanoseconds." },
    { have: "1.0000000001s", want: "'1.0000000001s' is not a whole number of nanoseconds." },
    { have: "5", want: "'5' has no unit; a duration needs one." },
    { have: "-1s", want: "'-1s' is negative." },
    { have: "1m", want: "'m' in '1m' is not a unit of a duration." },
    { have: "1h30min", want: "'h30min' in '1h30min' is not a unit of a duration." },
    { have: "soon", want: "'soon' is not a duration." },
    { have: "", want: "'' is not a duration." },
    { have: "0x10s", want: "'x10s' in '0x10s' is not a unit of a duration." },
  ])("$have", ({ have, want }) => {
    expect(tried(parseDuration, have)).toBe(want);
  });

  it("reads back what formatDuration writes", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (nanoseconds) => {
        expect(parseDuration(formatDuration(nanoseconds))).toBe(nanoseconds);
      }),
    );
  });

  it.each([
    { have: 0, want: "0s" },
    { have: 1, want: "1ns" },
    { have: 50_000, want: "50us" },
    { have: 1_500_000_000, want: "1.5s" },
    { have: 90_000_000_000, want: "90s" },
    { have: 1_000_001, want: "1.000001ms" },
  ])("formatDuration($have)", ({ have, want }) => {
    expect(formatDuration(have)).toBe(want);
  });
});

describe("parseBitRate", () => {
  it.each([
    { have: "1gbit", want: 1e9 },
    { have: "10mbit", want: 1e7 },
    { have: "8kbit", want: 8000 },
    { have: "2tbit", want: 2e12 },
    { have: "100mbps", want: 8e8 },
    { have: "1bps", want: 8 },
    { have: "1kibit", want: 1024 },
    { have: "1Mibps", want: 8 * 1024 * 1024 },
    { have: "10Mbit", want: 1e7 },
    { have: "1.5kbit", want: 1500 },
    { have: "1000", want: 1000 },
    { have: "0", want: 0 },
    { have: "1.5bit", want: "'1.5bit' is not a whole number of bits a second." },
    { have: "1gb", want: "'gb' in '1gb' is not a unit of a rate." },
    { have: "1ibit", want: "'ibit' in '1ibit' is not a unit of a rate." },
    { have: "10%", want: "'%' in '10%' is not a unit of a rate." },
    { have: "-1mbit", want: "'-1mbit' is negative." },
    { have: "fast", want: "'fast' is not a rate." },
  ])("$have", ({ have, want }) => {
    expect(tried(parseBitRate, have)).toBe(want);
  });

  it("reads back what formatBitRate writes", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.constantFrom(1, 1e3, 1e6, 1e9), (number, unit) => {
        const rate = Math.floor(number / 1e9) * unit;
        expect(parseBitRate(formatBitRate(rate))).toBe(rate);
      }),
    );
  });
});

describe("parseSize", () => {
  it.each([
    { have: "1500", want: 1500 },
    { have: "64kB", want: 64_000 },
    { have: "1MiB", want: 1_048_576 },
    { have: "1.5KiB", want: 1536 },
    { have: "2GB", want: 2e9 },
    { have: "1B", want: 1 },
    { have: "1kb", want: "'kb' in '1kb' is not a unit of a size." },
    { have: "1K", want: "'K' in '1K' is not a unit of a size." },
    { have: "0.5", want: "'0.5' is not a whole number of bytes." },
  ])("$have", ({ have, want }) => {
    expect(tried(parseSize, have)).toBe(want);
  });
});

describe("parseFraction", () => {
  it.each([
    { have: "0.1%", want: 0.001 },
    { have: "0.001", want: 0.001 },
    { have: "100%", want: 1 },
    { have: "1", want: 1 },
    { have: "0", want: 0 },
    { have: "1e-3", want: 0.001 },
    { have: "33.3 %", want: 0.333 },
    { have: "7%", want: 0.07 },
    { have: "5", want: "'5' is not between 0 and 1." },
    { have: "101%", want: "'101%' is not between 0 and 1." },
    { have: "-1%", want: "'-1%' is not between 0 and 1." },
    { have: "few", want: "'few' is not a fraction." },
  ])("$have", ({ have, want }) => {
    expect(tried(parseFraction, have)).toBe(want);
  });

  it("takes a percentage as the nearest number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (millionths) => {
        const digits = String(millionths).padStart(5, "0");
        expect(parseFraction(`${digits.slice(0, -4)}.${digits.slice(-4)}%`)).toBe(Number(`${millionths}e-6`));
      }),
    );
  });
});

describe("parseEventRate", () => {
  it.each([
    { have: "1000/s", want: 1000 },
    { have: "1000", want: 1000 },
    { have: "0.5/s", want: 0.5 },
    { have: "10k/s", want: 10_000 },
    { have: "1.5M/s", want: 1_500_000 },
    { have: "1e9", want: 1e9 },
    { have: "2e9", want: "'2e9' is not above 0 and at most 1000000000 a second." },
    { have: "0", want: "'0' is not above 0 and at most 1000000000 a second." },
    { have: "-5/s", want: "'-5/s' is not above 0 and at most 1000000000 a second." },
    { have: "5/min", want: "'5/min' is not a number of packets a second." },
  ])("$have", ({ have, want }) => {
    expect(tried(parseEventRate, have)).toBe(want);
  });
});

describe("parseInstant", () => {
  it.each([
    { have: "2024-05-01T12:00:00Z", want: { seconds: 1_714_564_800, nanoseconds: 0 } },
    { have: "2024-05-01T14:00:00.000000001+02:00", want: { seconds: 1_714_564_800, nanoseconds: 1 } },
    { have: "2024-05-01 12:00:00.5Z", want: { seconds: 1_714_564_800, nanoseconds: 500_000_000 } },
    { have: "2024-05-01", want: { seconds: 1_714_521_600, nanoseconds: 0 } },
    { have: "1970-01-01", want: { seconds: 0, nanoseconds: 0 } },
    { have: "1714564800.123456789", want: { seconds: 1_714_564_800, nanoseconds: 123_456_789 } },
    { have: "4294967295", want: { seconds: 4_294_967_295, nanoseconds: 0 } },
    { have: "4294967296", want: "'4294967296' is not between 1970 and 2106, which is what captures can hold." },
    {
      have: "1970-01-01T00:00:00+01:00",
      want: "'1970-01-01T00:00:00+01:00' is not between 1970 and 2106, which is what captures can hold.",
    },
    { have: "2024-02-30", want: "'2024-02-30' is not a time." },
    { have: "2024-05-01T24:00:00Z", want: "'2024-05-01T24:00:00Z' is not a time." },
    { have: "2024-05-01T12:00:00", want: "'2024-05-01T12:00:00' is not a time." },
    { have: "2024-05-01T12:00:00+25:00", want: "'2024-05-01T12:00:00+25:00' is not a time." },
    { have: "1.0000000001", want: "'1.0000000001' is not a time." },
    { have: "yesterday", want: "'yesterday' is not a time." },
  ])("$have", ({ have, want }) => {
    expect(tried(parseInstant, have)).toEqual(want);
  });
});

describe("parseCountTest", () => {
  it.each([
    { have: "10", accepts: [10], refuses: [9, 11] },
    { have: "= 10", accepts: [10], refuses: [9, 11] },
    { have: "==10", accepts: [10], refuses: [9, 11] },
    { have: "!= 0", accepts: [1, 2], refuses: [0] },
    { have: ">= 5", accepts: [5, 6], refuses: [4] },
    { have: "> 5", accepts: [6], refuses: [5] },
    { have: "<=5", accepts: [5, 0], refuses: [6] },
    { have: "< 5", accepts: [4], refuses: [5] },
    { have: "1..3", accepts: [1, 2, 3], refuses: [0, 4] },
    { have: " 7 .. 7 ", accepts: [7], refuses: [6, 8] },
  ])("$have", ({ have, accepts, refuses }) => {
    const test = parseCountTest(have);
    expect(test.text).toBe(have);
    for (const value of accepts) expect(test.accepts(value)).toBe(true);
    for (const value of refuses) expect(test.accepts(value)).toBe(false);
  });

  it.each([
    { have: "3..1", want: "The range '3..1' is empty: 3 is more than 1." },
    { have: ">> 5", want: "'>> 5' is not a test of a count." },
    { have: "! 5", want: "'! 5' is not a test of a count." },
    { have: "-1", want: "'-1' is not a test of a count." },
    { have: "1.5", want: "'1.5' is not a test of a count." },
    { have: "", want: "'' is not a test of a count." },
  ])("refuses $have", ({ have, want }) => {
    expect(tried(parseCountTest, have)).toBe(want);
  });
});
