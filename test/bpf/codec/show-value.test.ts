import { describe, expect, it } from "vitest";
import { SHOW, showValue } from "../../../src/bpf/codec/show-value.ts";
import type { BtfKind } from "../../../src/bpf/object/btf/btf-type.ts";
import { simulatedTypes } from "../../../src/bpf/object/simulated/simulated-types.ts";

const cases: readonly {
  name: string;
  kind: BtfKind;
  type: string;
  bytes: string;
  flags?: number;
  want: string;
}[] = [
  { name: "a number", kind: "int", type: "unsigned int", bytes: "2a000000", want: "(unsigned int)42\n" },
  { name: "a negative number", kind: "int", type: "int", bytes: "ffffffff", want: "(int)-1\n" },
  { name: "a number by another name", kind: "typedef", type: "u32", bytes: "07000000", want: "(u32)7\n" },
  {
    name: "a number alone",
    kind: "typedef",
    type: "u32",
    bytes: "07000000",
    flags: SHOW.noName,
    want: "7\n",
  },
  {
    name: "a name of a number",
    kind: "enum",
    type: "xdp_action",
    bytes: "02000000",
    want: "(enum xdp_action)XDP_PASS\n",
  },
  { name: "a number without one", kind: "enum", type: "xdp_action", bytes: "63000000", want: "(enum xdp_action)99\n" },
  {
    name: "members that are not zero",
    kind: "struct",
    type: "udphdr",
    bytes: "00350000000a0000",
    want: "(struct udphdr){\n .source = (__be16)13568,\n .len = (__be16)2560,\n}\n",
  },
  {
    name: "all members on a line",
    kind: "struct",
    type: "udphdr",
    bytes: "00350000000a0000",
    flags: SHOW.compact | SHOW.zero,
    want: "(struct udphdr){.source = (__be16)13568,.dest = (__be16)0,.len = (__be16)2560,.check = (__sum16)0,}",
  },
  {
    name: "no names",
    kind: "struct",
    type: "udphdr",
    bytes: "00350000000a0000",
    flags: SHOW.compact | SHOW.noName,
    want: "{13568,2560,}",
  },
];

describe("bpf_snprintf_btf", () => {
  const types = simulatedTypes();
  it.each(cases)("writes $name", ({ kind, type, bytes, flags = 0, want }) => {
    const object = Buffer.alloc(64);
    object.write(bytes, "hex");
    const copy = (offset: number, into: Uint8Array) => {
      into.set(object.subarray(offset, offset + into.length));
      return 0;
    };
    expect(showValue(types, types.find(kind, type)!, copy, flags)).toEqual({ text: want, status: 0 });
  });

  it("says what copying said, with nothing written", () => {
    expect(showValue(types, types.find("struct", "udphdr")!, () => -14, 0)).toEqual({ text: "", status: -14 });
  });
});
