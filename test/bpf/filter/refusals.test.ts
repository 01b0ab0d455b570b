import { describe, expect, it } from "vitest";
import { compileFilter } from "../../../src/bpf/filter/compile.ts";
import { LINK_TYPES } from "../../../src/bpf/filter/names/link-types.ts";
import type { FilterOptions } from "../../../src/bpf/filter/options.ts";
import { ProgramTextError } from "../../../src/bpf/program-text-error.ts";

/** `line:column-endColumn message` */
function refusal(text: string, options?: FilterOptions): string {
  try {
    compileFilter(text, options);
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    const [{ line, column, endColumn, message }] = error.problems as [ProgramTextError["problems"][number]];
    return `${line}:${column}-${endColumn} ${message}`;
  }
  return "taken";
}

function hint(text: string, options?: FilterOptions): string | undefined {
  try {
    compileFilter(text, options);
  } catch (error) {
    if (error instanceof ProgramTextError) return error.problems[0]!.hint;
  }
  return undefined;
}

describe("refusals tell where", () => {
  it.each([
    { have: "tcp port", want: "1:9-10 An address, a number or a name was expected, but the expression ends here." },
    { have: "tcp and", want: "1:8-9 A test of the packet was expected, but the expression ends here." },
    { have: "tcp udp", want: "1:5-8 'and' or 'or' was expected, but 'udp' stands here." },
    { have: "tcp and\n  and udp", want: "2:3-6 A test of the packet was expected, but 'and' stands here." },
    { have: "(tcp", want: "1:5-6 ')' was expected, but the expression ends here." },
    { have: "tcp ; udp", want: "1:5-6 ';' has no place in a filter expression." },
    { have: "22", want: "1:1-3 It is not said what this is." },
    { have: "tcp or 10.0.0.1", want: "1:8-16 It is not said what this is." },
    { have: "ip[8]", want: "1:1-6 This value is not compared with anything." },
    { have: "ip[0:3] = 1", want: "1:1-12 1, 2 or 4 bytes can be read at once, not 3." },
    { have: "ip[8] / 0 = 1", want: "1:1-14 This divides by zero." },
    { have: "ip and port 70000", want: "1:13-18 Ports go up to 65535." },
    { have: "net 10.0.0.1/8", want: "1:5-15 '10.0.0.1' has bits set that the mask leaves out." },
    { have: "host 10.0.0.256", want: "1:6-16 '10.0.0.256' is not an IPv4 address: its parts go up to 255." },
    { have: "ether host 1:2:3:", want: "1:12-18 '1:2:3:' is not an Ethernet address." },
    { have: "ip6 host 10.0.0.1", want: "1:10-18 'ip6' has no IPv4 addresses, so it cannot stand before this host." },
    { have: "vlan 4096", want: "1:1-10 VLAN numbers go up to 4095." },
    { have: "ip[0] = 08", want: "1:9-11 '08' begins with 0 and so is octal, but has a digit above 7." },
    { have: "less 4294967296", want: "1:6-16 4294967296 does not fit into 32 bits." },
    { have: "udp port ssh", want: "1:10-13 The service 'ssh' is one of tcp, not of udp." },
    { have: "ip and not ip", want: "1:1-14 The expression holds of no packet." },
    { have: "type mgt", want: "1:1-9 Link type EN10MB has no 802.11 frame types." },
    {
      have: "host ((10.0.0.1 or 10.0.0.2) or 10.0.0.3)",
      want: "1:30-32 Another test was expected, but 'or' stands here.",
    },
  ])("$have", ({ have, want }) => {
    expect(refusal(have)).toBe(want);
  });
});

describe("refusals suggest", () => {
  it.each([
    { name: "a service", have: "port htpp", want: "Did you mean 'http'?" },
    { name: "a protocol", have: "ip proto opsf", want: "Did you mean 'ospf'?" },
    { name: "a subtype", have: "type mgt subtype becon", want: "Did you mean 'beacon'?" },
    {
      name: "an address",
      have: "host example.org",
      want: "Write its address: names are not looked up on the network.",
    },
  ])("$name", ({ have, want }) => {
    expect(hint(have, { linkType: have.startsWith("type") ? LINK_TYPES.IEEE802_11 : 1 })).toBe(want);
  });
});

describe("a link type", () => {
  it("that nothing is known of has no filters", () => {
    expect(refusal("len > 5", { linkType: 3 })).toBe("1:1-8 Filters cannot be compiled for link type 3.");
  });

  it("whose packets come from a file has no metadata", () => {
    expect(refusal("inbound", { savedBy: "little" })).toContain("cannot be told of packets in a capture");
    expect(refusal("inbound")).toBe("taken");
  });
});
