import { describe, expect, it } from "vitest";
import { decodeValue, type PlainValue } from "../../../src/bpf/codec/decode.ts";
import { encodeValue } from "../../../src/bpf/codec/encode.ts";
import type { Btf, BtfType } from "../../../src/bpf/object/btf/btf-type.ts";

const number = (name: string, size: number, signed: boolean, meaning: "number" | "boolean" | "character" = "number") =>
  ({ kind: "int", name, size, bits: 8 * size, bitOffset: 0, signed, meaning }) as const;

const TYPES: readonly BtfType[] = [
  { kind: "void" },
  number("u32", 4, false),
  number("s64", 8, true),
  number("char", 1, true),
  number("bool", 1, false, "boolean"),
  { kind: "array", element: 3, index: 1, count: 4 },
  {
    kind: "enum",
    name: "color",
    size: 4,
    signed: true,
    values: [
      { name: "RED", value: 0n },
      { name: "BLUE", value: -1n },
    ],
  },
  { kind: "struct", name: "", size: 4, members: [{ name: "inside", type: 1, bitOffset: 0, bitSize: 0 }] },
  { kind: "float", name: "double", size: 8 },
  { kind: "pointer", type: 0 },
  {
    kind: "struct",
    name: "all",
    size: 48,
    members: [
      { name: "low", type: 1, bitOffset: 0, bitSize: 3 },
      { name: "high", type: 1, bitOffset: 3, bitSize: 29 },
      { name: "name", type: 5, bitOffset: 32, bitSize: 0 },
      { name: "big", type: 2, bitOffset: 64, bitSize: 0 },
      { name: "color", type: 6, bitOffset: 128, bitSize: 0 },
      { name: "", type: 7, bitOffset: 160, bitSize: 0 },
      { name: "real", type: 8, bitOffset: 192, bitSize: 0 },
      { name: "at", type: 9, bitOffset: 256, bitSize: 0 },
      { name: "yes", type: 4, bitOffset: 320, bitSize: 0 },
    ],
  },
  { kind: "typedef", name: "alias", type: 12 },
  { kind: "const", type: 10 },
];
const ALL = 11;
const btf: Btf = { count: TYPES.length, type: (id) => TYPES[id]!, name: () => "", find: () => undefined };

const WHOLE: PlainValue = {
  low: 5,
  high: 1000,
  name: "abc",
  big: "-9223372036854775808",
  color: "BLUE",
  inside: 7,
  real: 1.5,
  at: "0xffff888100000000",
  yes: true,
};

describe("values of maps as JSON", () => {
  it("are the bytes that C programs see", () => {
    const bytes = encodeValue(btf, ALL, WHOLE);
    expect(Buffer.from(bytes).toString("hex")).toBe(
      "451f0000616263000000000000000080ffffffff07000000000000000000f83f000000008188ffff0100000000000000",
    );
    expect(decodeValue(btf, ALL, bytes)).toEqual(WHOLE);
  });

  it("may leave members out, and give numbers as text", () => {
    const bytes = encodeValue(btf, ALL, { inside: "0x10" });
    expect(bytes[20]).toBe(16);
    expect(bytes.filter((byte) => byte !== 0)).toHaveLength(1);
  });

  it.each([
    [{ low: 8 }, "low: 8 does not fit into 3 bits."],
    [{ colour: 1 }, "the struct all has no member 'colour'."],
    [{ color: "GREEN" }, 'color: a whole number or one of RED, BLUE is needed, not "GREEN".'],
    [{ name: "abcd" }, "name: the text needs 5 bytes of 4."],
    [{ name: [1, 2, 3, 4, 5] }, "name: there are 5 elements where 4 may be."],
    [{ name: [1, 300] }, "name[1]: 300 does not fit into 8 bits."],
    [{ big: 1.5 }, "big: a whole number is needed, not 1.5."],
    [[1], "an object with the members' names is needed."],
  ] as const)("are refused with the place: %j", (value, message) => {
    expect(() => encodeValue(btf, ALL, value)).toThrow(message);
  });
});
