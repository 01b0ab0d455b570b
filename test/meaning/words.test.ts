import { describe, expect, it } from "vitest";
import { parseClassicProgram } from "../../src/bpf/classic/parser.ts";
import { compileFilter } from "../../src/bpf/filter/compile.ts";
import { LINK_TYPES, type LinkTypeName } from "../../src/bpf/filter/names/link-types.ts";
import { explain } from "../../src/meaning/explanation.ts";
import { inWords } from "../../src/meaning/words.ts";

/** What is said after `A packet is accepted, at most 100 bytes, if`. */
function words(expression: string, linkTypeName: LinkTypeName = "EN10MB", optimize = true): string[] {
  const linkType = LINK_TYPES[linkTypeName];
  const instructions = compileFilter(expression, { linkType, snapLength: 100, optimize });
  const [first, ...others] = inWords(explain(instructions, { linkType, dataStart: "link" }));
  return [
    first!.replace("A packet is accepted, at most 100 bytes, if ", ""),
    ...others.map((line) => line.trimStart()),
  ];
}

const all = (...lines: string[]) => ["all of these hold:", ...lines];
const any = (...lines: string[]) => ["any of these holds:", ...lines];

describe("what an expression accepts is said in the words of the packet's headers", () => {
  it.each<{ have: string; linkType?: LinkTypeName; want: string[] }>([
    {
      have: "ip and tcp port 22",
      want: all(
        "- EtherType is IPv4",
        "- IPv4 protocol is TCP",
        "- IPv4 fragment offset is 0",
        "- any of these holds:",
        "- TCP source port is 22 (ssh)",
        "- TCP destination port is 22 (ssh)",
      ),
    },
    {
      have: "portrange 20-30 and ip6",
      want: all(
        "- EtherType is IPv6",
        "- IPv6 next header is SCTP, TCP or UDP",
        "- any of these holds:",
        "- all of these hold:",
        "- TCP, UDP or SCTP source port is at least 20",
        "- TCP, UDP or SCTP source port is at most 30",
        "- all of these hold:",
        "- TCP, UDP or SCTP destination port is at least 20",
        "- TCP, UDP or SCTP destination port is at most 30",
      ),
    },
    {
      have: "src net 10.0.0.0/8 and not ip6",
      want: any(
        "- all of these hold:",
        "- EtherType is IPv4",
        "- IPv4 source address is in 10.0.0.0/8",
        "- all of these hold:",
        "- EtherType is ARP or RARP",
        "- ARP or RARP sender IPv4 address is in 10.0.0.0/8",
      ),
    },
    { have: "arp or rarp", want: ["EtherType is ARP or RARP."] },
    { have: "not (ip or arp)", want: ["EtherType is not IPv4 or ARP."] },
    { have: "ether src 0:1:2:3:4:5", want: ["Ethernet source is 00:01:02:03:04:05."] },
    { have: "ether broadcast", want: ["Ethernet destination is the broadcast address."] },
    { have: "ether multicast", want: ["Ethernet destination is a group address."] },
    {
      have: "ip6 src 2001:db8::1 and ip6 dst net 2001:db8::/33",
      want: all(
        "- EtherType is IPv6",
        "- IPv6 source address is 2001:db8::1",
        "- IPv6 destination address is in 2001:db8::/33",
      ),
    },
    {
      have: "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and ip",
      want: all(
        "- EtherType is IPv4",
        "- IPv4 protocol is TCP",
        "- IPv4 fragment offset is 0",
        "- TCP flags have FIN or SYN set",
      ),
    },
    {
      have: "tcp[13] & 3 = 1",
      want: all(
        "- EtherType is IPv4",
        "- IPv4 protocol is TCP",
        "- IPv4 fragment offset is 0",
        "- TCP flags have FIN set, and SYN not set",
      ),
    },
    {
      have: "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
      want: all(
        "- EtherType is IPv4",
        "- IPv4 protocol is TCP",
        "- IPv4 fragment offset is 0",
        '- TCP payload bytes 0-3 are 0x47455420 ("GET ")',
      ),
    },
    {
      have: "vlan 5 and ip src 10.0.0.1",
      want: all(
        "- EtherType is VLAN (802.1Q), service VLAN (802.1ad) or VLAN (0x9100)",
        "- VLAN id is 5",
        "- VLAN tag's EtherType is IPv4",
        "- IPv4 source address is 10.0.0.1",
      ),
    },
    {
      have: "mpls 7 and ip",
      want: all(
        "- EtherType is MPLS",
        "- MPLS label is 7",
        "- MPLS 'bottom of stack' flag is set",
        "- IP version is 4",
      ),
    },
    { have: "ip[0] & 0xf > 5", want: all("- EtherType is IPv4", "- IPv4 header length is more than 20") },
    {
      have: "ip[12:4] = ip[16:4]",
      want: all("- EtherType is IPv4", "- IPv4 source address is equal to IPv4 destination address"),
    },
    { have: "stp", want: all("- EtherType is at most 1500", "- LLC DSAP is spanning tree") },
    { have: "len % 2 = 1", want: ["packet length % 2 is 1."] },
    { have: "greater 100", want: ["packet length is at least 100."] },
    {
      have: "icmp[0] = 8",
      want: all(
        "- EtherType is IPv4",
        "- IPv4 protocol is ICMP",
        "- IPv4 fragment offset is 0",
        "- ICMP type is echo request (8)",
      ),
    },
    {
      have: "outbound and ip",
      linkType: "LINUX_SLL2",
      want: all("- cooked header's packet type is outgoing", "- EtherType is IPv4"),
    },
    {
      have: "udp src port 53 and ip",
      linkType: "RAW",
      want: all(
        "- IP version is 4",
        "- IPv4 protocol is UDP",
        "- IPv4 fragment offset is 0",
        "- UDP source port is 53 (domain)",
      ),
    },
    { have: "icmp", linkType: "NULL", want: all("- protocol family is IPv4", "- IPv4 protocol is ICMP") },
    { have: "ip proto 47", linkType: "PPP", want: all("- PPP protocol is IPv4", "- IPv4 protocol is GRE") },
    { have: "type mgt subtype beacon", linkType: "IEEE802_11", want: ["802.11 frame type and subtype is beacon."] },
    { have: "wlan addr1 0:1:2:3:4:5", linkType: "IEEE802_11_RADIO", want: ["802.11 address 1 is 00:01:02:03:04:05."] },
  ])("$have", ({ have, linkType, want }) => {
    expect(words(have, linkType)).toEqual(want);
  });

  it("is the same for a program that is not optimized", () => {
    for (const expression of [
      "ip and tcp port 22",
      "tcp[((tcp[12] & 0xf0) >> 2):4] = 1",
      "arp or rarp",
      "vlan 5 and ip",
      "ip6 host ::1",
    ])
      expect(words(expression, "EN10MB", false), expression).toEqual(words(expression));
  });
});

describe("a program by hand", () => {
  const said = (text: string) =>
    inWords(explain(parseClassicProgram(text).instructions, { linkType: 1, dataStart: "link" }));

  it.each([
    { name: "that takes all", have: "ret #-1", want: ["Every packet is accepted whole."] },
    { name: "that takes none", have: "ret #0", want: ["No packet is accepted."] },
    {
      name: "that takes none after all",
      have: "ldh [12]\njeq #0x800, t1, t1\nt1: ret #0",
      want: ["No packet is accepted."],
    },
    {
      name: "with several return values",
      have: "ldh [12]\njeq #0x800, t1, t2\nt1: ret #64\nt2: jeq #0x806, t3, t4\nt3: ret #-1\nt4: ret #0",
      want: [
        "A packet is accepted, at most 64 bytes, if EtherType is IPv4.",
        "A packet is accepted whole, if EtherType is ARP.",
      ],
    },
    {
      name: "that asks the same again",
      have: "ldh [12]\njeq #0x800, t1, t4\nt1: ldh [12]\njeq #0x806, t3, t2\nt2: ret #-1\nt3: ret #5\nt4: ret #0",
      want: ["A packet is accepted whole, if EtherType is IPv4."],
    },
    {
      name: "that returns what it computes",
      have: "ld len\nret a",
      want: ["Every packet is accepted, at most as many bytes as packet length says; 0 rejects."],
    },
    {
      name: "on metadata",
      have: "ld type\njeq #4, t1, t2\nt2: ld ifidx\njeq #3, t3, t1\nt3: ret #-1\nt1: ret #0",
      want: [
        "A packet is accepted whole, if all of these hold:",
        "  - packet type is not outgoing",
        "  - interface's index is 3",
      ],
    },
    {
      name: "at fields that tests have not shown to be there",
      have: "ldb [23]\njeq #6, t1, t2\nt1: ret #-1\nt2: ret #0",
      want: ["A packet is accepted whole, if Ethernet payload byte 9 is 0x06."],
    },
  ])("$name", ({ have, want }) => {
    expect(said(have)).toEqual(want);
  });

  it("for a socket is told by where its data begins", () => {
    const { instructions } = parseClassicProgram("ldh [2]\njeq #53, t1, t2\nt1: ret #-1\nt2: ret #0");
    const at = (dataStart: "network" | "transport", transport?: number) =>
      inWords(explain(instructions, { linkType: 1, dataStart, ...(transport && { transport }) }))[0];
    expect(at("transport", 17)).toContain("UDP destination port is 53 (domain)");
    expect(at("network")).toContain("network payload bytes 2-3 are 0x0035");
  });
});

describe("what takes too many words", () => {
  it("is told question by question where a program loops", () => {
    const [first, ...steps] = words("ip6 protochain 58");
    expect(first).toContain("goes back to what it has asked before");
    expect(steps[0]).toBe("1. EtherType is IPv6? yes: go to 2; no: rejected");
  });

  it("is told question by question where the list would be long", () => {
    const expression = Array.from({ length: 80 }, (_, i) => `(ip[${i}] = 1 and ip[${i + 1}] = 2)`).join(" or ");
    expect(words(expression)[0]).toContain("told question by question");
  });
});
