import { describe, expect, it } from "vitest";
import { parseDescription } from "../../../src/packet/describe/parse.ts";
import { CASES } from "./cases.ts";

const parse = (have: unknown) => parseDescription(have as Record<string, unknown>);
const kinds = (have: unknown) => parse(have).description?.layers.map(({ kind }) => kind);

describe("the layers of a description", () => {
  it.each([
    {
      name: "a map is put in the natural order",
      have: { pad: 60, payload: "x", udp: null, fragment: null, ipv6: null, vlan: null, ether: null },
      want: ["ether", "vlan", "ipv6", "fragment", "udp", "payload", "pad"],
    },
    { name: "`ip` is IPv4", have: { ip: null }, want: ["ipv4"] },
    {
      name: "a list keeps its order",
      have: [{ ipv4: null }, { ipv6: null }, { ipv4: null }],
      want: ["ipv4", "ipv6", "ipv4"],
    },
    {
      name: "a list in place of a tag is several",
      have: { vlan: [{ id: 1 }, null], tcp: {} },
      want: ["vlan", "vlan", "tcp"],
    },
    {
      name: "also in a list",
      have: [{ mpls: [{ label: 1 }, { label: 2 }] }, { ip: {} }],
      want: ["mpls", "mpls", "ipv4"],
    },
  ])("$name", ({ have, want }) => expect(kinds(have)).toEqual(want));

  it.each([
    { name: "large integers as bigints", have: { tcp: { seq: 4294967295n } }, want: { seq: 4294967295 } },
    { name: "names", have: { ipv4: { protocol: "sctp" } }, want: { protocol: 132 } },
    { name: "flags", have: { ipv4: { df: false, mf: true } }, want: { df: 0, mf: 1 } },
    { name: "offsets in bytes", have: { ipv4: { offset: 1480 } }, want: { offset: 185 } },
    { name: "addresses", have: { ipv4: { src: "1.2.3.4" } }, want: { src: Uint8Array.of(1, 2, 3, 4) } },
    { name: "TCP flags as letters", have: { tcp: { flags: "S." } }, want: { flags: 0x12 } },
    { name: "TCP flags as a name", have: { tcp: { flags: "rst" } }, want: { flags: 4 } },
    { name: "TCP flags as a list", have: { tcp: { flags: ["ece", "ae"] } }, want: { flags: 0x140 } },
    { name: "no TCP flags", have: { tcp: { flags: "none" } }, want: { flags: 0 } },
    { name: "no TCP flags, as an empty list", have: { tcp: { flags: [] } }, want: { flags: 0 } },
    {
      name: "a code as its type names it",
      have: { icmp: { code: "port-unreachable", type: 3 } },
      want: { type: 3, code: 3 },
    },
    {
      name: "another type's code of the same name",
      have: { icmp6: { type: 1, code: "port-unreachable" } },
      want: { type: 1, code: 4 },
    },
    { name: "everything by default", have: { tcp: {} }, want: {} },
  ])("takes $name", ({ have, want }) => {
    const { description, problems } = parse(have);
    expect(problems).toEqual([]);
    expect(description!.layers[0]!.fields).toEqual(want);
  });
});

interface ProblemCase {
  readonly name: string;
  readonly have: unknown;
  /** Parts of messages and hints; null: there is no hint. */
  readonly want: readonly {
    readonly path: (string | number)[];
    readonly message: string;
    readonly hint?: string | null;
  }[];
}

describe("problems of a description", () => {
  it.each<ProblemCase>([
    { name: "no layer", have: {}, want: [{ path: [], message: "has no layer" }] },
    { name: "an empty list", have: [], want: [{ path: [], message: "has no layer" }] },
    { name: "payload alone", have: { payload: "x" }, want: [{ path: [], message: "No layer carries", hint: "udp" }] },
    {
      name: "unknown layer",
      have: { tpc: null },
      want: [{ path: ["tpc"], message: "no packet layer `tpc`", hint: "`tcp`" }],
    },
    {
      name: "a name like no other",
      have: { banana: null },
      want: [{ path: ["banana"], message: "no packet layer `banana`", hint: null }],
    },
    {
      name: "a name that objects inherit",
      have: { constructor: null },
      want: [{ path: ["constructor"], message: "no packet layer" }],
    },
    {
      name: "unknown field",
      have: { tcp: { dprot: 1 } },
      want: [{ path: ["tcp", "dprot"], message: "no field `dprot`", hint: "`dport`" }],
    },
    {
      name: "underscores",
      have: { ipv6: { hop_limit: 1 } },
      want: [{ path: ["ipv6", "hop_limit"], message: "no field", hint: "`hop-limit`" }],
    },
    {
      name: "a number too large",
      have: { tcp: { dport: 65536 } },
      want: [{ path: ["tcp", "dport"], message: "`tcp.dport` takes a whole number from 0 to 65535, not 65536." }],
    },
    {
      name: "a bigint too large",
      have: { tcp: { seq: 2n ** 70n } },
      want: [{ path: ["tcp", "seq"], message: "from 0 to 4294967295" }],
    },
    { name: "a fraction", have: { tcp: { dport: 1.5 } }, want: [{ path: ["tcp", "dport"], message: "not 1.5" }] },
    {
      name: "null for a field",
      have: { tcp: { dport: null } },
      want: [{ path: ["tcp", "dport"], message: "not null" }],
    },
    {
      name: "a misspelt name",
      have: { arp: { op: "replay" } },
      want: [{ path: ["arp", "op"], message: "or a name", hint: "`reply`" }],
    },
    {
      name: "a name like no other, with those that there are",
      have: { arp: { op: "x" } },
      want: [{ path: ["arp", "op"], message: "or a name", hint: "request, reply" }],
    },
    {
      name: "an offset between units",
      have: { ipv4: { offset: 7 } },
      want: [{ path: ["ipv4", "offset"], message: "multiple of 8" }],
    },
    {
      name: "a bad IPv4 address",
      have: { ip: { src: "10.0.0" } },
      want: [{ path: ["ip", "src"], message: "an IPv4 address such as" }],
    },
    {
      name: "a bad IPv6 address",
      have: { ipv6: { src: "1::2::3" } },
      want: [{ path: ["ipv6", "src"], message: "an IPv6 address such as" }],
    },
    {
      name: "a bad MAC address",
      have: { ether: { dst: "02:00" } },
      want: [{ path: ["ether", "dst"], message: "a MAC address such as" }],
    },
    {
      name: "a flag that is a number",
      have: { ipv4: { df: 1 } },
      want: [{ path: ["ipv4", "df"], message: "true or false, not 1" }],
    },
    {
      name: "half a byte",
      have: { udp: {}, payload: { hex: "abc" } },
      want: [{ path: ["payload", "hex"], message: "hexadecimal" }],
    },
    {
      name: "hexadecimal that YAML takes for a number",
      have: { udp: {}, payload: { hex: 1234 } },
      want: [{ path: ["payload", "hex"], message: "not 1234", hint: "quotes" }],
    },
    {
      name: "a text that YAML takes for a number",
      have: { udp: {}, payload: 7 },
      want: [{ path: ["payload"], message: "takes a text", hint: "quotes" }],
    },
    {
      name: "bad Base64",
      have: { udp: {}, payload: { base64: "A" } },
      want: [{ path: ["payload", "base64"], message: "Base64" }],
    },
    {
      name: "two forms of payload",
      have: { udp: {}, payload: { text: "a", hex: "00" } },
      want: [{ path: ["payload", "hex"], message: "either `text` or `hex`" }],
    },
    {
      name: "fill without length",
      have: { udp: {}, payload: { fill: 1 } },
      want: [{ path: ["payload", "fill"], message: "`length`" }],
    },
    {
      name: "an empty pattern",
      have: { udp: {}, payload: { length: 1, pattern: "" } },
      want: [{ path: ["payload", "pattern"], message: "empty" }],
    },
    {
      name: "TCP flags of no such letter",
      have: { tcp: { flags: "SX" } },
      want: [{ path: ["tcp", "flags"], message: "letters such as SA" }],
    },
    {
      name: "TCP flags of no such name",
      have: { tcp: { flags: ["syn", "akc"] } },
      want: [{ path: ["tcp", "flags", 1], message: "one of fin", hint: "`ack`" }],
    },
    {
      name: "unknown TCP option",
      have: { tcp: { options: [{ mms: 1 }] } },
      want: [{ path: ["tcp", "options", 0, "mms"], message: "no option `mms`", hint: "`mss`" }],
    },
    {
      name: "a bad TCP option",
      have: { tcp: { options: { sack: [[1]] } } },
      want: [{ path: ["tcp", "options", "sack", 0], message: "left edge" }],
    },
    {
      name: "too many TCP options",
      have: { tcp: { options: "01".repeat(41) } },
      want: [{ path: ["tcp", "options"], message: "at most 40 bytes, not 41" }],
    },
    {
      name: "too many IPv4 options",
      have: { ipv4: { options: "01".repeat(41) } },
      want: [{ path: ["ipv4", "options"], message: "at most 40 bytes" }],
    },
    {
      name: "another type's code",
      have: { icmp: { type: 8, code: "host-redirect" } },
      want: [{ path: ["icmp", "code"], message: "no code of type 8", hint: "type 5" }],
    },
    {
      name: "a chunk's unknown field",
      have: { sctp: { chunks: [{ tpye: 1 }] } },
      want: [{ path: ["sctp", "chunks", 0, "tpye"], message: "no field `tpye`", hint: "`type`" }],
    },
    {
      name: "a layer that is no map",
      have: { tcp: 80 },
      want: [{ path: ["tcp"], message: "`tcp` takes a map of fields, not 80." }],
    },
    { name: "an empty list of tags", have: { vlan: [], tcp: null }, want: [{ path: ["vlan"], message: "empty list" }] },
    {
      name: "one layer under two names",
      have: { ip: null, ipv4: null },
      want: [{ path: ["ipv4"], message: "the same layer", hint: "list" }],
    },
    {
      name: "two layers of which either could be outside",
      have: { ipv4: null, ipv6: null },
      want: [{ path: ["ipv6"], message: "outside", hint: "list" }],
    },
    {
      name: "two layers in an item of a list",
      have: [{ ip: null, tcp: null }],
      want: [{ path: [0], message: "one layer", hint: "- tcp" }],
    },
    { name: "an item that is no map", have: ["tcp"], want: [{ path: [0], message: "one layer" }] },
    {
      name: "in a list, named with its place",
      have: [{ ip: null }, { tcp: { seq: -1 } }],
      want: [{ path: [1, "tcp", "seq"], message: "`tcp.seq` takes" }],
    },
    {
      name: "padding that is not last",
      have: [{ ip: null }, { pad: 60 }, { udp: null }],
      want: [{ path: [], message: "`pad` is the last layer" }],
    },
    {
      name: "a packet too long for a length",
      have: { udp: null, payload: { length: 65535 } },
      want: [{ path: [], message: "too long for `udp.length`" }],
    },
    {
      name: "a frame too long for a length in place of its type",
      have: { llc: null, payload: { length: 1498 } },
      want: [{ path: [], message: "too long for `ether.type`: 1501" }],
    },
    {
      name: "spaces inside a byte",
      have: { udp: null, payload: { hex: "0 0" } },
      want: [{ path: ["payload", "hex"], message: "hexadecimal" }],
    },
    {
      name: "all at once",
      have: { ether: { src: "x" }, tcp: { dport: -1, nope: 1 }, tpc: null },
      want: [
        { path: ["ether", "src"], message: "MAC" },
        { path: ["tcp", "nope"], message: "no field" },
        { path: ["tcp", "dport"], message: "not -1" },
        { path: ["tpc"], message: "no packet layer" },
      ],
    },
  ])("$name", ({ have, want }) => {
    const { description, problems } = parse(have);
    expect(description).toBeUndefined();
    expect(problems.map(({ path }) => path)).toEqual(want.map(({ path }) => path));
    for (const [i, { message, hint }] of want.entries()) {
      expect(problems[i]!.message).toContain(message);
      expect(problems[i]!.message).toMatch(/\.$/);
      if (hint === null) expect(problems[i]!.hint).toBeUndefined();
      else if (hint !== undefined) expect(problems[i]!.hint).toContain(hint);
    }
  });

  it("has none for any packet that can be encoded", () => {
    for (const { have } of CASES) expect(parse(have).problems).toEqual([]);
  });
});
