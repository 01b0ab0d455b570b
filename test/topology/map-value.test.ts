import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeValue } from "../../src/topology/map-value/decode.ts";
import { encodeValue } from "../../src/topology/map-value/encode.ts";
import { parseLayout } from "../../src/topology/map-value/layout.ts";
import { parseValueTest } from "../../src/topology/map-value/value-test.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("keys and values of maps", () => {
  const cases: { name: string; layout: unknown; have: unknown; want: string; read?: unknown }[] = [
    { name: "four bytes", layout: 4, have: 258, want: "02010000" },
    { name: "a negative number", layout: "s16", have: -2, want: "feff" },
    { name: "network order", layout: "be32", have: "0x01020304", want: "01020304", read: 0x01020304 },
    {
      name: "more than a number holds",
      layout: "u64",
      have: 0xffff_ffff_ffff_ffffn,
      want: "f".repeat(16),
      read: "18446744073709551615",
    },
    { name: "an IPv4 address", layout: "ipv4", have: "10.0.0.1", want: "0a000001" },
    { name: "a number for an address", layout: "ipv4", have: 1, want: "00000001", read: "0.0.0.1" },
    { name: "a MAC address", layout: "mac", have: "02:00:00:00:00:01", want: "020000000001" },
    { name: "bytes", layout: 3, have: "0a0b0c", want: "0a0b0c" },
    { name: "bytes of a number", layout: "u32", have: { hex: "01 02 03 04" }, want: "01020304", read: 0x04030201 },
    {
      name: "fields as C places them",
      layout: { a: "u8", b: "u32", c: "u16" },
      have: { a: 1, b: 2, c: 3 },
      want: "010000000200000003000000",
    },
    {
      name: "fields within fields",
      layout: { a: "u8", b: { c: "u16" } },
      have: { b: { c: 1 } },
      want: "00000100",
      read: { a: 0, b: { c: 1 } },
    },
  ];
  it.each(cases)("$name", ({ layout, have, want, read }) => {
    const parsed = parseLayout(layout);
    const bytes = encodeValue(parsed, have);
    expect(hex(bytes)).toBe(want);
    expect(decodeValue(parsed, bytes)).toEqual(read ?? have);
  });

  const refused: { name: string; layout: unknown; have: unknown; want: string }[] = [
    { name: "a number that is too large", layout: "u8", have: 256, want: "256 does not fit in 1 bytes." },
    { name: "a text", layout: "u8", have: "many", want: "'many' is no whole number." },
    { name: "a field that there is not", layout: { a: "u8" }, have: { b: 1 }, want: "'b' is none of its fields." },
    { name: "a number for fields", layout: { a: "u8" }, have: 1, want: "This key or value has fields: a." },
    { name: "too few bytes", layout: 4, have: { hex: "01" }, want: "This is 1 bytes; 4 are needed." },
    { name: "no address", layout: "ipv4", have: "10.0.0", want: "'10.0.0' is not an IPv4 address." },
    { name: "an unknown layout", layout: "u24", have: 1, want: "'u24' is no layout of a key or value." },
    { name: "no fields", layout: {}, have: 1, want: "This is no layout of a key or value." },
  ];
  it.each(refused)("refuses $name", ({ layout, have, want }) => {
    expect(() => encodeValue(parseLayout(layout), have)).toThrow(want);
  });

  it("reads back what it has written", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("u8", "u16", "u32", "u64", "be16", "be32", "be64"),
        fc.bigInt({ min: 0n, max: 255n }),
        (layout, value) => {
          const parsed = parseLayout(layout);
          expect(decodeValue(parsed, encodeValue(parsed, value))).toBe(Number(value));
        },
      ),
    );
  });

  it.each([
    [">= 5", 5, true],
    [">= 5", 4, false],
    ["1..3", 2, true],
    [7, 7, true],
    [7, 8, false],
  ])("the test %s of %s gives %s", (test, value, want) => {
    const layout = parseLayout("u64");
    expect(parseValueTest(layout, test, String(test)).accepts(encodeValue(layout, value))).toBe(want);
  });
});
