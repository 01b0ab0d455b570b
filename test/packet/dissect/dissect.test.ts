import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodePacket } from "../../../src/packet/describe/encode.ts";
import { parseDescription } from "../../../src/packet/describe/parse.ts";
import { dissect } from "../../../src/packet/dissect/dissect.ts";
import { CASES, DEFAULTS } from "../describe/cases.ts";

const ETHERNET = 1;
const RAW = 101;

function encode(have: unknown): { bytes: Uint8Array; linkType: number } {
  const { description, problems } = parseDescription(have as Record<string, unknown>);
  expect(problems).toEqual([]);
  const { bytes, begins } = encodePacket(description!, DEFAULTS);
  return { bytes, linkType: begins === "ether" ? ETHERNET : RAW };
}

const line = (have: unknown, cut = 0) => {
  const { bytes, linkType } = encode(have);
  return dissect(bytes, 0, bytes.length - cut, linkType);
};

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));

describe("dissect", () => {
  it.each([
    { have: { tcp: { dport: 22, seq: 1 } }, want: "10.0.0.1.40000 > 10.0.0.2.22: TCP SYN seq 1 length 0" },
    {
      have: { tcp: { flags: "PA", ack: 7 }, payload: "hi" },
      want: "10.0.0.1.40000 > 10.0.0.2.80: TCP PSH,ACK seq 0 ack 7 length 2",
    },
    { have: { tcp: { flags: 0 } }, want: "10.0.0.1.40000 > 10.0.0.2.80: TCP no flags seq 0 length 0" },
    { have: { tcp: { options: "01" } }, want: "10.0.0.1.40000 > 10.0.0.2.80: TCP SYN seq 0 length 0" },
    {
      have: { tcp: { "data-offset": 4 } },
      want: "10.0.0.1.40000 > 10.0.0.2.80: TCP SYN seq 0 with a header of 16 bytes",
    },
    { have: { ipv6: null, tcp: null }, want: "2001:db8::1.40000 > 2001:db8::2.80: TCP SYN seq 0 length 0" },
    { have: { udp: { dport: 53 }, payload: "abc" }, want: "10.0.0.1.40000 > 10.0.0.2.53: UDP length 3" },
    { have: { udp: { length: 3 } }, want: "10.0.0.1.40000 > 10.0.0.2.9: UDP with a length of 3" },
    {
      have: { sctp: { chunks: [{ type: "init" }, { type: 77 }] } },
      want: "10.0.0.1.40000 > 10.0.0.2.9: SCTP INIT, chunk 77",
    },
    {
      have: { sctp: { chunks: [{}, {}, {}, {}, {}] } },
      want: "10.0.0.1.40000 > 10.0.0.2.9: SCTP DATA, DATA, DATA, DATA, ...",
    },
    {
      have: { icmp: { id: 7, seq: 2 }, payload: "abc" },
      want: "10.0.0.1 > 10.0.0.2: ICMP echo request id 7 seq 2 length 3",
    },
    { have: { icmp: { type: "timestamp-request" } }, want: "10.0.0.1 > 10.0.0.2: ICMP timestamp request length 0" },
    {
      have: [{ ip: null }, { icmp: { type: 3, code: "port-unreachable" } }, { ip: null }, { udp: null }],
      want: "10.0.0.1 > 10.0.0.2: ICMP port unreachable about [10.0.0.1.40000 > 10.0.0.2.9: UDP length 0]",
    },
    {
      have: { icmp: { type: 3, code: 4, mtu: 1400 } },
      want: "10.0.0.1 > 10.0.0.2: ICMP fragmentation needed mtu 1400",
    },
    {
      have: { icmp: { type: 5, gateway: "10.0.0.9" } },
      want: "10.0.0.1 > 10.0.0.2: ICMP network redirect to 10.0.0.9",
    },
    { have: { icmp: { type: 99, code: 3 } }, want: "10.0.0.1 > 10.0.0.2: ICMP type 99 code 3 length 0" },
    {
      have: { icmp6: { type: "echo-reply", id: 1, seq: 2 } },
      want: "2001:db8::1 > 2001:db8::2: ICMPv6 echo reply id 1 seq 2 length 0",
    },
    {
      have: { icmp6: { type: "neighbour-solicitation" } },
      want: "2001:db8::1 > ff02::1:ff00:2: ICMPv6 neighbour solicitation who-has 2001:db8::2",
    },
    {
      have: { icmp6: { type: "neighbour-advertisement" } },
      want: "2001:db8::1 > 2001:db8::2: ICMPv6 neighbour advertisement 2001:db8::1 is-at 02:00:00:00:00:01",
    },
    {
      have: { icmp6: { type: "packet-too-big", mtu: 1280 } },
      want: "2001:db8::1 > 2001:db8::2: ICMPv6 packet too big mtu 1280",
    },
    {
      have: { icmp6: { type: "mld-listener-report", group: "ff02::7" } },
      want: "2001:db8::1 > ff02::7: ICMPv6 mld listener report group ff02::7",
    },
    {
      have: { igmp: { type: "v2-report", group: "224.0.0.9" } },
      want: "10.0.0.1 > 224.0.0.9: IGMP v2 report group 224.0.0.9",
    },
    { have: { ipv4: { protocol: 99 }, payload: "x" }, want: "10.0.0.1 > 10.0.0.2: protocol 99 length 1" },
    { have: { ipv4: { protocol: "ospf" }, payload: "x" }, want: "10.0.0.1 > 10.0.0.2: protocol 89 (ospf) length 1" },
    {
      have: { ipv4: { id: 7, mf: true }, udp: null, payload: { length: 8 } },
      want: "10.0.0.1.40000 > 10.0.0.2.9: UDP length 8, fragment id 7 offset 0+",
    },
    {
      have: { ipv4: { id: 7, offset: 16, protocol: "udp" }, payload: { length: 8 } },
      want: "10.0.0.1 > 10.0.0.2: UDP fragment id 7 offset 16 length 8",
    },
    {
      have: { ipv4: { id: 7, offset: 8, protocol: 99 }, payload: "x" },
      want: "10.0.0.1 > 10.0.0.2: protocol 99 fragment id 7 offset 8 length 1",
    },
    {
      have: { fragment: { id: 9, offset: 8, mf: true, "next-header": "tcp" }, payload: { length: 8 } },
      want: "2001:db8::1 > 2001:db8::2: TCP fragment id 9 offset 8+ length 8",
    },
    { have: { "hop-by-hop": null, routing: null, udp: null }, want: "2001:db8::1.40000 > 2001:db8::2.9: UDP length 0" },
    {
      have: [{ ipv4: null }, { ipv6: null }, { udp: null }],
      want: "10.0.0.1 > 10.0.0.2: 2001:db8::1.40000 > 2001:db8::2.9: UDP length 0",
    },
    {
      have: [{ gre: { key: 7 } }, { udp: null }],
      want: "10.0.0.1 > 10.0.0.2: GRE key 7 10.0.0.1.40000 > 10.0.0.2.9: UDP length 0",
    },
    {
      have: [{ gre: { version: 1 } }, { udp: null }],
      want: "10.0.0.1 > 10.0.0.2: GRE version 1 protocol 0x0800 length 28",
    },
    {
      have: [{ vxlan: { vni: 42 } }, { arp: null }],
      want: "10.0.0.1.40000 > 10.0.0.2.4789: VXLAN vni 42 ARP who-has 10.0.0.2 tell 10.0.0.1",
    },
    { have: { esp: { spi: 16, seq: 2 } }, want: "10.0.0.1 > 10.0.0.2: ESP spi 0x00000010 seq 2" },
    { have: { ah: null, udp: null }, want: "10.0.0.1.40000 > 10.0.0.2.9: AH spi 0x00000100 seq 1 UDP length 0" },
    { have: { arp: null }, want: "ARP who-has 10.0.0.2 tell 10.0.0.1" },
    { have: { arp: { op: "reply" } }, want: "ARP 10.0.0.1 is-at 02:00:00:00:00:01" },
    { have: { arp: { op: 8 } }, want: "ARP operation 8 from 10.0.0.1 for 10.0.0.2" },
    { have: { arp: { "hardware-type": 6 } }, want: "ARP of hardware type 6, protocol 0x0800, operation 1" },
    {
      have: { vlan: [{ id: 5, priority: 3, dei: true }, { id: 6 }], arp: null },
      want: "vlan 5 priority 3 dei vlan 6 ARP who-has 10.0.0.2 tell 10.0.0.1",
    },
    {
      have: { mpls: [{ label: 5 }, { label: 6 }], udp: null },
      want: "MPLS label 5 ttl 64 MPLS label 6 ttl 64 10.0.0.1.40000 > 10.0.0.2.9: UDP length 0",
    },
    {
      have: { llc: { dsap: 0x42, ssap: 0x42 }, payload: "abc" },
      want: "02:00:00:00:00:01 > 02:00:00:00:00:02: LLC dsap 0x42 ssap 0x42 length 3",
    },
    {
      have: { snap: null, arp: null },
      want: "02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff: SNAP ARP who-has 10.0.0.2 tell 10.0.0.1",
    },
    { have: { ether: null, payload: "abc" }, want: "02:00:00:00:00:01 > 02:00:00:00:00:02: ethertype 0x88b5 length 3" },
    { have: { udp: null, payload: "abc", pad: 60 }, want: "10.0.0.1.40000 > 10.0.0.2.9: UDP length 3" },
  ])("$want", ({ have, want }) => expect(line(have)).toBe(want));

  it.each([
    {
      name: "payload",
      have: { tcp: null, payload: "hello" },
      cut: 2,
      want: "10.0.0.1.40000 > 10.0.0.2.80: TCP SYN seq 0 length 3 (truncated: 43 of 45 bytes)",
    },
    {
      name: "TCP header",
      have: { tcp: null },
      cut: 2,
      want: "10.0.0.1.40000 > 10.0.0.2.80: TCP truncated (18 of 20 bytes) (truncated: 38 of 40 bytes)",
    },
    {
      name: "TCP ports",
      have: { tcp: null },
      cut: 18,
      want: "10.0.0.1 > 10.0.0.2: TCP truncated (2 of 20 bytes) (truncated: 22 of 40 bytes)",
    },
    {
      name: "TCP options",
      have: { tcp: { options: "01010101" } },
      cut: 1,
      want: "10.0.0.1.40000 > 10.0.0.2.80: TCP SYN seq 0, options truncated (23 of 24 bytes) (truncated: 43 of 44 bytes)",
    },
    {
      name: "IPv4 options",
      have: { ipv4: { options: "01010101" } },
      cut: 1,
      want: "10.0.0.1 > 10.0.0.2: IPv4 truncated (23 of 24 bytes)",
    },
    { name: "IPv4 header", have: { ipv4: null }, cut: 1, want: "IPv4 truncated (19 of 20 bytes)" },
    { name: "IPv6 header", have: { ipv6: null }, cut: 1, want: "IPv6 truncated (39 of 40 bytes)" },
    {
      name: "IPv6 extension",
      have: { routing: null },
      cut: 1,
      want: "2001:db8::1 > 2001:db8::2: routing truncated (7 of 8 bytes)",
    },
    { name: "Ethernet header", have: { ether: null }, cut: 1, want: "Ethernet truncated (13 of 14 bytes)" },
    { name: "ARP", have: { arp: null }, cut: 1, want: "ARP truncated (27 of 28 bytes)" },
    { name: "VLAN tag", have: { vlan: null }, cut: 1, want: "VLAN tag truncated (3 of 4 bytes)" },
    { name: "everything", have: { ipv4: null }, cut: 20, want: "IP truncated (0 of 1 bytes)" },
  ])("says that the $name is cut off", ({ have, cut, want }) => expect(line(have, cut)).toBe(want));

  it.each([
    { name: "IPv4 (228)", linkType: 228, have: "", want: "10.0.0.1 > 10.0.0.2: protocol 255 (raw) length 0" },
    { name: "loopback (0)", linkType: 0, have: "02000000", want: "10.0.0.1 > 10.0.0.2: protocol 255 (raw) length 0" },
    {
      name: "cooked (113)",
      linkType: 113,
      have: `${"00".repeat(14)}0800`,
      want: "10.0.0.1 > 10.0.0.2: protocol 255 (raw) length 0",
    },
    {
      name: "cooked, version 2 (276)",
      linkType: 276,
      have: `0800${"00".repeat(18)}`,
      want: "10.0.0.1 > 10.0.0.2: protocol 255 (raw) length 0",
    },
    { name: "one that is not known", linkType: 105, have: "", want: "link type 105 length 20" },
  ])("reads the link type $name", ({ linkType, have, want }) => {
    const packet = Uint8Array.from([...bytesOf(have), ...encode({ ipv4: null }).bytes]);
    expect(dissect(packet, 0, packet.length, linkType)).toBe(want);
  });

  it.each([
    { name: "IPv4", have: { ipv4: { length: 0 }, udp: null, payload: "abc" } },
    { name: "IPv6", have: { ipv6: { length: 0 }, udp: null, payload: "abc" } },
  ])("takes $name's length 0 as that of all that is there", ({ have }) =>
    expect(line(have)).toMatch(/: UDP length 3$/),
  );

  it("reads a packet where it lies", () => {
    const { bytes, linkType } = encode({ arp: null });
    const memory = new Uint8Array(200).fill(0xff);
    memory.set(bytes, 77);
    expect(dissect(memory, 77, bytes.length, linkType)).toBe("ARP who-has 10.0.0.2 tell 10.0.0.1");
  });

  it("ends a line after a few packets in packets", () => {
    const have = line(Array.from({ length: 20 }, () => ({ ipv4: null })));
    expect(have.split(" > ")).toHaveLength(9);
    expect(have).toMatch(/: \.\.\.$/);
  });

  it("never throws and depends on no byte outside the packet, whatever the bytes", () => {
    const wire = CASES.map(({ have }) => encode(have));
    const mutated = fc
      .record({
        base: fc.constantFrom(...wire),
        changes: fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
        cut: fc.nat(60),
      })
      .map(({ base: { bytes, linkType }, changes, cut }) => {
        const copy = bytes.slice();
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return { bytes: copy.subarray(0, Math.max(0, copy.length - cut)), linkType };
      });
    const random = fc.record({
      bytes: fc.uint8Array({ maxLength: 200 }),
      linkType: fc.constantFrom(0, 1, 101, 108, 113, 228, 229, 276),
    });
    fc.assert(
      fc.property(fc.oneof(mutated, random), fc.integer({ min: 0, max: 255 }), ({ bytes, linkType }, around) => {
        const alone = dissect(bytes, 0, bytes.length, linkType);
        const memory = new Uint8Array(bytes.length + 100).fill(around);
        memory.set(bytes, 50);
        expect(dissect(memory, 50, bytes.length, linkType)).toBe(alone);
        expect(alone).toMatch(/^[\x20-\x7e]+$/);
        expect(alone).not.toMatch(/undefined|NaN|null|-\d+ bytes/);
      }),
      { numRuns: 2000 },
    );
  });

  it("does not run out of stack on headers that name themselves", () => {
    for (const [next, header] of [
      [51, "33000000"],
      [4, ""],
      [60, "3c00"],
      [47, "00000800"],
    ] as const) {
      const chain = bytesOf(header.padEnd(16, "0").repeat(8000));
      const { bytes } = encode({ ipv4: { protocol: next, length: 65535 } });
      const packet = Uint8Array.from([...bytes, ...chain]);
      expect(dissect(packet, 0, packet.length, RAW).length).toBeLessThan(400);
    }
  });
});
