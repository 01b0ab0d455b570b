import { describe, expect, it } from "vitest";
import type { Btf, BtfType } from "../../../src/bpf/object/btf/btf-type.ts";
import { layoutFromBtf } from "../../../src/bpf/object/maps/legacy-layout.ts";

type Member = readonly [name: string, bitOffset: number];

/** Types in which `struct definition seen` has these members. */
function typesOf(members: readonly Member[]): Btf {
  const types: readonly BtfType[] = [
    { kind: "void" },
    { kind: "variable", name: "seen", type: 2, linkage: "global" } as BtfType,
    {
      kind: "struct",
      name: "definition",
      size: 20,
      members: members.map(([name, bitOffset]) => ({ name, type: 0, bitOffset, bits: 0 })),
    } as unknown as BtfType,
  ];
  return {
    count: types.length,
    type: (id) => types[id]!,
    name: () => "",
    find: (kind, name) => (kind === "variable" && name === "seen" ? 1 : undefined),
  };
}

const FOUR: readonly Member[] = [
  ["type", 0],
  ["size_key", 32],
  ["size_value", 64],
  ["max_elem", 96],
];
const LAYOUT = ["type", "keySize", "valueSize", "maxEntries"];

describe("what a declaration in a maps section means, by its struct", () => {
  it.each<{ name: string; have: readonly Member[]; want: unknown }>([
    { name: "the first four words", have: FOUR, want: LAYOUT },
    {
      name: "a word of no meaning",
      have: [...FOUR, ["colour", 128], ["flags", 160]],
      want: [...LAYOUT, undefined, "flags"],
    },
    { name: "too few words", have: FOUR.slice(0, 3), want: undefined },
    { name: "a member between words", have: [...FOUR, ["flags", 129]], want: LAYOUT },
    { name: "a member far behind the longest declaration", have: [...FOUR, ["flags", 0xffff_ffe0]], want: LAYOUT },
  ])("$name", ({ have, want }) => {
    expect(layoutFromBtf(typesOf(have), "seen")).toEqual(want);
  });
});
