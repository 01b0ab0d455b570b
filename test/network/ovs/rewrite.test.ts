import { describe, expect, it } from "vitest";
import type { SetGroup } from "../../../src/network/ovs/datapath/action.ts";
import { applySet } from "../../../src/network/ovs/flow/rewrite.ts";
import { described, fields, frameOf, keyOf, newPool, skbOf } from "./packets.ts";

const ether = { ether: null };
const IPV6 = 0x20010db8_00000000_00000000_00000099n;

/** What is set in the packet of `from` must give, checksums included, the packet of `to`. */
describe("set", () => {
  const cases: { name: string; group: SetGroup; set: Record<string, number | bigint>; from: unknown; to: unknown }[] = [
    {
      name: "Ethernet addresses",
      group: "eth",
      set: { eth_src: 0x020000000099n },
      from: [ether, { ip: null }, { udp: null }],
      to: [{ ether: { src: "02:00:00:00:00:99" } }, { ip: null }, { udp: null }],
    },
    {
      name: "IPv4 addresses under TCP",
      group: "ipv4",
      set: { ip_src: 0x0a000063, ip_dst: 0xc0a80101, nw_ttl: 3 },
      from: [ether, { ip: null }, { tcp: null }, { payload: "odd" }],
      to: [ether, { ip: { src: "10.0.0.99", dst: "192.168.1.1", ttl: 3 } }, { tcp: null }, { payload: "odd" }],
    },
    {
      name: "an IPv4 address under UDP",
      group: "ipv4",
      set: { ip_src: 0x0a000063, nw_tos: 11 },
      from: [ether, { ip: null }, { udp: null }, { payload: "abc" }],
      to: [ether, { ip: { src: "10.0.0.99", tos: 44 } }, { udp: null }, { payload: "abc" }],
    },
    {
      name: "an IPv4 address under UDP without checksum",
      group: "ipv4",
      set: { ip_src: 0x0a000063 },
      from: [ether, { ip: null }, { udp: { checksum: 0 } }],
      to: [ether, { ip: { src: "10.0.0.99" } }, { udp: { checksum: 0 } }],
    },
    {
      name: "IPv6 addresses and label under UDP",
      group: "ipv6",
      set: { ipv6_src: IPV6, ipv6_dst: IPV6, ipv6_label: 0x54321, nw_ttl: 9 },
      from: [ether, { ipv6: null }, { udp: null }, { payload: "abc" }],
      to: [
        ether,
        { ipv6: { src: "2001:db8::99", dst: "2001:db8::99", "flow-label": 0x54321, "hop-limit": 9 } },
        { udp: null },
        { payload: "abc" },
      ],
    },
    {
      name: "an IPv6 address under UDP without checksum",
      group: "ipv6",
      set: { ipv6_src: IPV6 },
      from: [ether, { ipv6: null }, { udp: { checksum: 0 } }],
      to: [ether, { ipv6: { src: "2001:db8::99" } }, { udp: { checksum: 0 } }],
    },
    {
      name: "an IPv6 address under ICMPv6",
      group: "ipv6",
      set: { ipv6_dst: IPV6 },
      from: [ether, { ipv6: null }, { icmp6: null }],
      to: [ether, { ipv6: { dst: "2001:db8::99" } }, { icmp6: null }],
    },
    {
      name: "TCP ports",
      group: "tcp",
      set: { tcp_src: 1, tcp_dst: 65535 },
      from: [ether, { ip: null }, { tcp: null }],
      to: [ether, { ip: null }, { tcp: { sport: 1, dport: 65535 } }],
    },
    {
      name: "a UDP port",
      group: "udp",
      set: { udp_dst: 53 },
      from: [ether, { ipv6: null }, { udp: null }],
      to: [ether, { ipv6: null }, { udp: { dport: 53 } }],
    },
    {
      name: "SCTP ports",
      group: "sctp",
      set: { sctp_src: 7 },
      from: [ether, { ip: null }, { sctp: null }],
      to: [ether, { ip: null }, { sctp: { sport: 7 } }],
    },
    {
      name: "the type of ICMP",
      group: "icmp",
      set: { icmp_type: 0 },
      from: [ether, { ip: null }, { icmp: { type: 8, id: 7 } }],
      to: [ether, { ip: null }, { icmp: { type: 0, id: 7 } }],
    },
    {
      name: "ARP",
      group: "arp",
      set: { arp_op: 2, arp_spa: 0x0a000063, arp_tha: 0x020000000099n },
      from: [ether, { arp: null }],
      to: [
        { ether: { dst: "ff:ff:ff:ff:ff:ff" } },
        { arp: { op: "reply", spa: "10.0.0.99", tha: "02:00:00:00:00:99" } },
      ],
    },
  ];
  it.each(cases)("changes $name", ({ group, set, from, to }) => {
    const pool = newPool();
    const skb = skbOf(pool, described(from));
    const key = keyOf(pool, skb)!;
    applySet(pool.store.bytes, skb, key, { type: "set", group, ...fields(set) });
    const want = described(to);
    expect(Buffer.from(frameOf(pool, skb)).toString("hex")).toBe(Buffer.from(want).toString("hex"));
    // The key is now what the packet's own would be.
    expect(key).toEqual(keyOf(pool, skbOf(pool, want)));
  });
});
