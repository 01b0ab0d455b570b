import { describe, expect, it } from "vitest";
import type { BtfMember, BtfType } from "../../../src/bpf/object/btf/btf-type.ts";
import { TypeTable } from "../../../src/bpf/object/btf/type-table.ts";
import { essentialName } from "../../../src/bpf/object/core/names.ts";
import { patch } from "../../../src/bpf/object/core/patch.ts";
import { RELOCATION_KINDS, type RelocationKind } from "../../../src/bpf/object/core/relocation-kind.ts";
import { CoreResolver } from "../../../src/bpf/object/core/resolve-relocation.ts";

const INT = 1;
const LONG = 2;
const SIGNED = 3;
const POINTER = 4;
const base: BtfType[] = [
  { kind: "int", name: "unsigned int", size: 4, bits: 32, bitOffset: 0, signed: false, meaning: "number" },
  { kind: "int", name: "unsigned long", size: 8, bits: 64, bitOffset: 0, signed: false, meaning: "number" },
  { kind: "int", name: "int", size: 4, bits: 32, bitOffset: 0, signed: true, meaning: "number" },
  { kind: "pointer", type: 0 },
];
const member = (name: string, type: number, bitOffset: number, bitSize = 0): BtfMember => ({
  name,
  type,
  bitOffset,
  bitSize,
});
const struct = (name: string, size: number, ...members: BtfMember[]): BtfType => ({
  kind: "struct",
  name,
  size,
  members,
});
const values = (name: string, ...names: [string, bigint][]): BtfType => ({
  kind: "enum",
  name,
  size: 4,
  signed: false,
  values: names.map(([it, value]) => ({ name: it, value })),
});

const resolve = (kind: RelocationKind, access: string, local: BtfType[], target: BtfType[]) =>
  new CoreResolver(new TypeTable([...base, ...local]), new TypeTable([...base, ...target])).resolve({
    offset: 0,
    typeId: 5,
    access,
    kind: RELOCATION_KINDS.indexOf(kind),
    at: 0,
  });

const local = struct("task", 8, member("pid", INT, 0), member("flags", INT, 32));
const bits = struct("task", 4, member("low", INT, 0, 3), member("high", INT, 3, 7));

const CASES: {
  name: string;
  kind: RelocationKind;
  access?: string;
  local?: BtfType[];
  target: BtfType[];
  want: bigint | undefined;
}[] = [
  {
    name: "a field that moved",
    kind: "field-offset",
    target: [struct("task", 16, member("new", LONG, 0), member("pid", INT, 64))],
    want: 8n,
  },
  {
    name: "a field in a struct without a name",
    kind: "field-offset",
    target: [struct("task", 16, member("", 6, 64)), struct("", 8, member("pid", INT, 32))],
    want: 12n,
  },
  {
    name: "a field that is gone",
    kind: "field-offset",
    target: [struct("task", 8, member("tgid", INT, 0))],
    want: undefined,
  },
  {
    name: "whether a field that is gone exists",
    kind: "field-exists",
    target: [struct("task", 8, member("tgid", INT, 0))],
    want: 0n,
  },
  { name: "whether a field exists", kind: "field-exists", target: [local], want: 1n },
  {
    name: "a field of another size",
    kind: "field-size",
    target: [struct("task", 8, member("pid", LONG, 0))],
    want: 8n,
  },
  { name: "a field's sign", kind: "field-signed", target: [struct("task", 8, member("pid", SIGNED, 0))], want: 1n },
  {
    name: "a field that became a pointer",
    kind: "field-exists",
    target: [struct("task", 8, member("pid", POINTER, 0))],
    want: 0n,
  },
  {
    name: "a flavour of the object's own",
    kind: "field-offset",
    local: [struct("task___old", 8, member("pid", INT, 0))],
    target: [struct("task", 8, member("pid", INT, 32))],
    want: 4n,
  },
  {
    name: "a flavour of the kernel's",
    kind: "field-offset",
    target: [struct("task___2", 8, member("pid", INT, 32))],
    want: 4n,
  },
  {
    name: "a bit field's load",
    kind: "field-offset",
    access: "0:1",
    local: [bits],
    target: [struct("task", 8, member("x", INT, 0), member("high", INT, 40, 7))],
    want: 4n,
  },
  {
    name: "a bit field's left shift",
    kind: "field-shift-left",
    access: "0:1",
    local: [bits],
    target: [struct("task", 8, member("high", INT, 40, 7))],
    want: 49n,
  },
  {
    name: "a bit field's right shift",
    kind: "field-shift-right",
    access: "0:1",
    local: [bits],
    target: [struct("task", 8, member("high", INT, 40, 7))],
    want: 57n,
  },
  {
    name: "the second of an array of structs",
    kind: "field-offset",
    access: "1:0",
    target: [struct("task", 24, member("pid", INT, 64))],
    want: 32n,
  },
  { name: "a type that is not there", kind: "type-exists", access: "0", target: [], want: 0n },
  {
    name: "a union of that name",
    kind: "type-exists",
    access: "0",
    target: [{ kind: "union", name: "task", size: 8, members: [] }],
    want: 0n,
  },
  { name: "a type's size", kind: "type-size", access: "0", target: [struct("task", 24)], want: 24n },
  {
    name: "a type's id there",
    kind: "type-id-target",
    access: "0",
    target: [struct("other", 4), struct("task", 24)],
    want: 6n,
  },
  {
    name: "a type that has all members",
    kind: "type-matches",
    access: "0",
    target: [struct("task", 12, member("flags", INT, 0), member("pid", INT, 64))],
    want: 1n,
  },
  {
    name: "a type with another sign",
    kind: "type-matches",
    access: "0",
    target: [struct("task", 8, member("pid", SIGNED, 0), member("flags", INT, 32))],
    want: 0n,
  },
  {
    name: "a value of an enumeration",
    kind: "enumerator-value",
    access: "1",
    local: [values("state", ["A", 0n], ["B___mine", 1n])],
    target: [values("state", ["X", 7n], ["B", 9n])],
    want: 9n,
  },
  {
    name: "a value that is not there",
    kind: "enumerator-exists",
    access: "0",
    local: [values("state", ["A", 0n])],
    target: [values("state", ["B", 0n])],
    want: 0n,
  },
];

describe("CO-RE relocations", () => {
  it.each(CASES)("$name", ({ kind, access = "0:0", local: own = [local], target, want }) =>
    expect(resolve(kind, access, own, target).value).toBe(want),
  );

  const WRONG: { name: string; access: string; target: BtfType[]; want: RegExp }[] = [
    {
      name: "two types of one name that disagree",
      access: "0:0",
      target: [struct("task", 8, member("pid", INT, 0)), struct("task", 8, member("pid", INT, 32))],
      want: /at bit 0 and at bit 32/,
    },
    { name: "a member that its own type has not", access: "0:9", target: [], want: /has no member 9/ },
    { name: "an access that is none", access: "0:x", target: [], want: /no list of numbers/ },
  ];
  it.each(WRONG)("$name", ({ access, target, want }) =>
    expect(() => resolve("field-offset", access, [local], target)).toThrow(want),
  );

  it("are not lost in structs without names that contain each other", () => {
    const rings = Array.from({ length: 40 }, (_, i) => struct("", 8, member("", 7 + i, 0), member("", 7 + i, 0)));
    const target = [struct("task", 8, member("", 6, 0)), ...rings, struct("", 4, member("pid2", INT, 0))];
    expect(() => resolve("field-offset", "0:0", [local], target)).toThrow(/too many members/);
  });

  it("poison an instruction that has no answer, and change loads to the field's size", () => {
    const load = Uint8Array.from([0x61, 0x10, 0, 0, 0, 0, 0, 0]);
    patch(load, 0, resolve("field-offset", "0:0", [local], [struct("task", 16, member("pid", LONG, 64))]));
    expect([...load]).toEqual([0x79, 0x10, 8, 0, 0, 0, 0, 0]);
    patch(load, 0, { expected: 8n, value: undefined });
    expect(Buffer.from(load).toString("hex")).toBe(`85000000${"1023ad0b"}`);
  });

  it("take a flavour from a name", () => {
    expect(["a___b", "a__b", "___b", "a____b", "a___", "a___b___c"].map(essentialName)).toEqual([
      "a",
      "a__b",
      "___b",
      "a____b",
      "a___",
      "a___b",
    ]);
  });
});
