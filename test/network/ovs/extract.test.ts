import { describe, expect, it } from "vitest";
import { FIELDS, fieldNamed } from "../../../src/network/ovs/flow/fields.ts";
import { KEY_SIZE } from "../../../src/network/ovs/flow/layout.ts";
import { bytes, ethernet, filler } from "../frames.ts";
import { described, get, keyOf, newPool, skbOf } from "./packets.ts";

const A = "02:00:00:00:00:02";
const B = "02:00:00:00:00:01";

const mac = (text: string) => BigInt(`0x${text.replaceAll(":", "")}`).toString(16);

describe("the fields of flow keys", () => {
  it("lie inside the key, and each name means one of them", () => {
    for (const field of FIELDS) {
      expect(field.offset + field.size, field.name).toBeLessThanOrEqual(KEY_SIZE);
      expect(field.bits + field.shift, field.name).toBeLessThanOrEqual(8 * field.size);
    }
    const names = FIELDS.flatMap(({ name, aliases, oxm }) => [name, ...aliases, ...oxm]);
    expect(new Set(names).size).toBe(names.length);
    expect(fieldNamed("nw_src")!.name).toBe("ip_src");
    expect(fieldNamed("NXM_OF_ETH_DST")!.name).toBe("eth_dst");
  });
});

describe("key extraction", () => {
  const ether = { ether: null };
  it.each([
    {
      name: "TCP",
      have: [ether, { ip: { ttl: 7, tos: 0x2c } }, { tcp: { sport: 5, dport: 22, flags: "SA" } }],
      want: {
        in_port: 1,
        eth_src: mac(B),
        eth_dst: mac(A),
        eth_type: 0x800,
        ip_src: 0x0a000001,
        ip_dst: 0x0a000002,
        nw_proto: 6,
        nw_ttl: 7,
        ip_dscp: 11,
        nw_ecn: 0,
        tcp_src: 5,
        tcp_dst: 22,
        tcp_flags: 0x12,
        vlan_tci: 0,
        ip_frag: 0,
      },
    },
    {
      name: "UDP over IPv6",
      have: [ether, { ipv6: { "flow-label": 0x12345 } }, { udp: { dport: 53 } }],
      want: {
        eth_type: 0x86dd,
        ipv6_src: `20010db8${"0".repeat(23)}1`,
        ipv6_label: 0x12345,
        nw_proto: 17,
        udp_dst: 53,
      },
    },
    {
      name: "a VLAN tag",
      have: [ether, { vlan: { id: 100, priority: 3 } }, { ip: null }, { udp: { dport: 9 } }],
      want: { dl_vlan: 100, vlan_vid: 0x1064, dl_vlan_pcp: 3, eth_type: 0x800, udp_dst: 9 },
    },
    {
      name: "a tag behind a tag, which is the type",
      have: [ether, { vlan: { id: 100 } }, { vlan: { id: 200 } }, { ip: null }, { udp: null }],
      want: { dl_vlan: 100, eth_type: 0x8100, nw_proto: 0 },
    },
    {
      name: "ARP",
      have: [ether, { arp: null }],
      want: { eth_type: 0x806, arp_op: 1, arp_sha: mac(B), arp_spa: 0x0a000001, arp_tpa: 0x0a000002 },
    },
    {
      name: "ICMP",
      have: [ether, { ip: null }, { icmp: { type: 3, code: 4 } }],
      want: { nw_proto: 1, icmp_type: 3, icmp_code: 4 },
    },
    {
      name: "SCTP",
      have: [ether, { ip: null }, { sctp: { sport: 1, dport: 2 } }],
      want: { nw_proto: 132, sctp_src: 1, sctp_dst: 2 },
    },
    {
      name: "the first fragment",
      have: [ether, { ip: { mf: true } }, { udp: { dport: 9 } }],
      want: { ip_frag: 1, udp_dst: 9 },
    },
    {
      name: "a later fragment",
      have: [ether, { ip: { offset: 64 } }, { udp: { dport: 9 } }],
      want: { ip_frag: 3, nw_proto: 17, udp_dst: 0 },
    },
  ])("reads $name", ({ have, want }) => {
    const pool = newPool();
    const key = keyOf(pool, skbOf(pool, described(have)))!;
    expect(Object.fromEntries(Object.keys(want).map((name) => [name, get(key, name)]))).toEqual(want);
  });

  const ipv4 = (header: readonly number[], payload: readonly number[] = []) =>
    ethernet(A, B, 0x800, bytes(header, payload));
  it.each([
    { name: "a frame that ends in its addresses", have: filler(13), want: undefined },
    { name: "an IPv4 header that is cut off", have: ipv4([0x45, 0, 0, 40]), want: { eth_type: 0x800, nw_proto: 0 } },
    {
      name: "an IPv4 header that says it is too short",
      have: ipv4([0x44, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]),
      want: { nw_proto: 0, ip_src: 0 },
    },
    {
      name: "a TCP header that is cut off",
      have: ipv4([0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], [0, 1, 0, 2]),
      want: { nw_proto: 6, tcp_src: 0, ip_src: 0x0a000001 },
    },
    { name: "a length for a type", have: ethernet(A, B, 46, filler(46)), want: { eth_type: 0x5ff } },
    {
      name: "a SNAP header",
      have: ethernet(A, B, 46, bytes([0xaa, 0xaa, 3, 0, 0, 0, 0x80, 0x35], filler(30))),
      want: { eth_type: 0x8035 },
    },
    {
      name: "labels down to the bottom of the stack",
      have: ethernet(A, B, 0x8847, bytes([0, 0x01, 0x00, 64], [0, 0x02, 0x21, 63], filler(20))),
      want: { mpls_label: 16, mpls_ttl: 64, mpls_bos: 0 },
    },
    {
      name: "NSH of type 1",
      have: ethernet(
        A,
        B,
        0x894f,
        bytes([0x0f, 0xc6, 1, 3, 0, 0, 5, 9], [0, 0, 0, 1, 0, 0, 0, 2], filler(8), filler(14)),
      ),
      want: { nsh_ttl: 63, nsh_mdtype: 1, nsh_np: 3, nsh_spi: 5, nsh_si: 9, nsh_c1: 1, nsh_c2: 2 },
    },
    {
      name: "NSH of an unknown version",
      have: ethernet(A, B, 0x894f, bytes([0x8f, 0xc6, 1, 3], filler(30))),
      want: undefined,
    },
  ])("takes $name as Linux does", ({ have, want }) => {
    const pool = newPool();
    const key = keyOf(pool, skbOf(pool, have));
    const got = key && want && Object.fromEntries(Object.keys(want).map((name) => [name, get(key, name)]));
    expect(key === undefined ? undefined : got).toEqual(want);
  });

  it("has a second tag in the key where two are wanted", () => {
    const pool = newPool();
    const frame = described([
      { ether: null },
      { vlan: { id: 100 } },
      { vlan: { id: 200 } },
      { ip: null },
      { udp: null },
    ]);
    const skb = skbOf(pool, frame);
    const key = keyOf(pool, skb, 2)!;
    expect([get(key, "dl_vlan"), get(key, "eth_type"), get(key, "nw_proto")]).toEqual([100, 0x800, 17]);
    expect([skb.vlanPresent, skb.vlanTci, skb.protocol]).toEqual([1, 100, 0x8100]);
  });
});
