import { parseIpv4, parseIpv6, parseMac } from "../../../src/packet/address.ts";
import type { EncodingDefaults } from "../../../src/packet/describe/description.ts";

export const DEFAULTS: EncodingDefaults = {
  sourceMac: parseMac("02:00:00:00:00:01")!,
  destinationMac: parseMac("02:00:00:00:00:02")!,
  source4: parseIpv4("10.0.0.1")!,
  destination4: parseIpv4("10.0.0.2")!,
  source6: parseIpv6("2001:db8::1")!,
  destination6: parseIpv6("2001:db8::2")!,
  ttl: 64,
};

export interface EncodingCase {
  readonly name: string;
  /** As YAML gives it. */
  readonly have: Record<string, unknown> | Record<string, unknown>[];
  /** The bytes with DEFAULTS, in hexadecimal. */
  readonly want: string;
  /** What tcpdump -vv says of it, in part. */
  readonly says: string;
  /** tcpdump is to find a checksum wrong, because the description gives it. */
  readonly isWrong?: true;
}

export const CASES: readonly EncodingCase[] = [
  {
    name: "TCP with every default",
    have: { tcp: null },
    want: "4500002800004000400626ce0a0000010a0000029c40005000000000000000005002faf0045f0000",
    says: "Flags [S]",
  },
  {
    name: "TCP, every field",
    have: {
      tcp: { sport: 1, dport: 22, seq: 305419896, ack: 2271560481, flags: "SA", window: 512, urgent: 7, reserved: 5 },
    },
    want: "4500002800004000400626ce0a0000010a0000020001001612345678876543215a1202005c7f0007",
    says: "Flags [S.]",
  },
  {
    name: "TCP with an acknowledgement has ACK",
    have: { tcp: { ack: 9 } },
    want: "4500002800004000400626ce0a0000010a0000029c40005000000000000000095010faf004480000",
    says: "Flags [.]",
  },
  {
    name: "TCP options as a list",
    have: { tcp: { options: [{ mss: 1460 }, "sack-permitted", { timestamp: [1, 2] }, "nop", { wscale: 7 }] } },
    want: "4500003c00004000400626ba0a0000010a0000029c4000500000000000000000a002faf09c790000020405b40402080a000000010000000201030307",
    says: "options [mss 1460,sackOK,TS val 1 ecr 2,nop,wscale 7]",
  },
  {
    name: "TCP options as a map",
    have: {
      tcp: {
        flags: ["ack"],
        options: {
          sack: [
            [1, 5],
            [9, 12],
          ],
          mss: 536,
        },
      },
    },
    want: "4500004000004000400626b60a0000010a0000029c4000500000000000000000b010faf09aef000005120000000100000005000000090000000c020402180000",
    says: "mss 536,eol]",
  },
  {
    name: "TCP options in hexadecimal",
    have: { tcp: { options: "0101 0101" } },
    want: "4500002c00004000400626ca0a0000010a0000029c40005000000000000000006002faf0f258000001010101",
    says: "options [nop,nop,nop,nop]",
  },
  {
    name: "TCP flags as a number",
    have: { tcp: { flags: 0x1ff } },
    want: "4500002800004000400626ce0a0000010a0000029c400050000000000000000051fffaf002620000",
    says: "Flags [FSRP.UEW",
  },
  {
    name: "TCP with a payload",
    have: { tcp: { flags: "PA", dport: 80 }, payload: "GET / HTTP/1.0\r\n\r\n" },
    want: "4500003a00004000400626bc0a0000010a0000029c40005000000000000000005018faf025970000474554202f20485454502f312e300d0a0d0a",
    says: "length 18",
  },
  {
    name: "TCP with a wrong checksum",
    have: { tcp: { checksum: 0x1234 } },
    want: "4500002800004000400626ce0a0000010a0000029c40005000000000000000005002faf012340000",
    says: "cksum 0x1234 (incorrect",
    isWrong: true,
  },
  {
    name: "UDP",
    have: { udp: { sport: 1, dport: 2 }, payload: { hex: "00ff 10" } },
    want: "4500001f00004000401126cc0a0000010a00000200010002000bdad300ff10",
    says: "10.0.0.1.1 > 10.0.0.2.2: [udp sum ok] UDP, length 3",
  },
  {
    name: "UDP without a checksum",
    have: { udp: { checksum: 0 }, payload: "x" },
    want: "4500001d00004000401126ce0a0000010a0000029c4000090009000078",
    says: "[no cksum]",
  },
  {
    name: "UDP whose checksum computes to 0 is sent as ffff",
    have: { udp: { sport: 1, dport: 2 }, payload: { hex: "ebd4" } },
    want: "4500001e00004000401126cd0a0000010a00000200010002000affffebd4",
    says: "[udp sum ok]",
  },
  {
    name: "UDP with a length of its own",
    have: { udp: { length: 10 }, payload: "hello" },
    want: "4500002100004000401126ca0a0000010a0000029c400009000ae72868656c6c6f",
    says: "UDP, length 2",
  },
  {
    name: "Base64",
    have: { udp: {}, payload: { base64: "AAEC/w==" } },
    want: "4500002000004000401126cb0a0000010a0000029c400009000c4c8a000102ff",
    says: "UDP, length 4",
  },
  {
    name: "payload of a length",
    have: { udp: {}, payload: { length: 5 } },
    want: "4500002100004000401126ca0a0000010a0000029c400009000d49840001020304",
    says: "UDP, length 5",
  },
  {
    name: "payload filled",
    have: { udp: {}, payload: { length: 5, fill: 255 } },
    want: "4500002100004000401126ca0a0000010a0000029c400009000d5087ffffffffff",
    says: "UDP, length 5",
  },
  {
    name: "payload of a pattern",
    have: { udp: {}, payload: { length: 5, pattern: "abcd" } },
    want: "4500002100004000401126ca0a0000010a0000029c400009000d4cecabcdabcdab",
    says: "UDP, length 5",
  },
  {
    name: "ICMP echo request",
    have: { icmp: { id: 7, seq: 1 }, payload: { length: 8 } },
    want: "4500002400004000400126d70a0000010a0000020800ebe7000700010001020304050607",
    says: "ICMP echo request, id 7, seq 1, length 16",
  },
  {
    name: "ICMP error that quotes a packet",
    have: [
      { ip: {} },
      { icmp: { type: "destination-unreachable", code: "fragmentation-needed", mtu: 1400 } },
      { ipv4: { src: "10.0.0.2", dst: "10.0.0.1" } },
      { udp: {} },
    ],
    want: "4500003800004000400126c30a0000010a00000203040ba0000005784500001c00004000401126cf0a0000020a0000019c40000900084f92",
    says: "unreachable - need to frag (mtu 1400)",
  },
  {
    name: "ICMP redirect",
    have: { icmp: { type: "redirect", code: "host-redirect", gateway: "10.0.0.9" }, payload: { length: 28, fill: 0 } },
    want: "4500003800004000400126c30a0000010a0000020501f0f50a00000900000000000000000000000000000000000000000000000000000000",
    says: "ICMP redirect",
  },
  {
    name: "ICMP parameter problem",
    have: { icmp: { type: 12, pointer: 20 } },
    want: "4500001c00004000400126df0a0000010a0000020c00dfff14000000",
    says: "parameter problem",
  },
  {
    name: "IPv4, every field",
    have: {
      ipv4: { src: "1.2.3.4", dst: "5.6.7.8", ttl: 3, dscp: 46, ecn: 1, id: 4660, df: false, protocol: 99 },
      payload: "x",
    },
    want: "45b900151234000003639486010203040506070878",
    says: "tos 0xb9,ECT(1), ttl 3, id 4660, offset 0, flags [none], proto unknown (99), length 21",
  },
  {
    name: "IPv4 options",
    have: { ipv4: { options: ["router-alert", "nop"] }, udp: {} },
    want: "470000240000400040118fc20a0000010a00000294040000010000009c40000900084f92",
    says: "options (RA,NOP,EOL)",
  },
  {
    name: "IPv4 before bare payload",
    have: { ip: {}, payload: "x" },
    want: "450000150000400040ff25e80a0000010a00000278",
    says: "proto unknown (255)",
  },
  {
    name: "a first fragment",
    have: { ipv4: { mf: true, id: 9 }, udp: { length: 100, checksum: 0 }, payload: { length: 16 } },
    want: "4500002c00092000401146b60a0000010a0000029c40000900640000000102030405060708090a0b0c0d0e0f",
    says: "flags [+]",
  },
  {
    name: "a later fragment",
    have: { ipv4: { offset: 24, id: 9, protocol: "udp" }, payload: { length: 8 } },
    want: "4500001c00090003401166c30a0000010a0000020001020304050607",
    says: "offset 24, flags [none]",
  },
  {
    name: "the reserved flag",
    have: { ipv4: { reserved: true, df: false }, udp: {} },
    want: "4500001c000080004011e6ce0a0000010a0000029c40000900084f92",
    says: "flags [rsvd]",
  },
  {
    name: "IPv4 with wrong checksum and header length",
    have: { ipv4: { checksum: 1 }, udp: {} },
    want: "4500001c00004000401100010a0000010a0000029c40000900084f92",
    says: "bad cksum 1",
    isWrong: true,
  },
  {
    name: "IPv4 in IPv4",
    have: [{ ipv4: { dst: "9.9.9.9" } }, { ipv4: {} }, { udp: {} }],
    want: "450000300000400040041eb80a000001090909094500001c00004000401126cf0a0000010a0000029c40000900084f92",
    says: "proto IPIP (4)",
  },
  {
    name: "IPv6 in IPv4",
    have: [{ ipv4: {} }, { ipv6: {} }, { tcp: {} }],
    want: "4500005000004000402926830a0000010a000002600000000014064020010db800000000000000000000000120010db80000000000000000000000029c40005000000000000000005002faf0bcec0000",
    says: "proto IPv6 (41)",
  },
  {
    name: "IPv6, every field",
    have: {
      ipv6: { src: "fe80::1", dst: "ff02::fb", "traffic-class": 184, "flow-label": 74565, "hop-limit": 255 },
      udp: { sport: 5353, dport: 5353 },
      ether: null,
    },
    want: "3333000000fb02000000000186dd6b812345000811fffe800000000000000000000000000001ff0200000000000000000000000000fb14e914e90008d78c",
    says: "class 0xb8, flowlabel 0x12345, hlim 255",
  },
  {
    name: "IPv6 before bare payload",
    have: { ipv6: {}, payload: "x" },
    want: "6000000000013b4020010db800000000000000000000000120010db800000000000000000000000278",
    says: "next-header unknown (59)",
  },
  {
    name: "IPv6 hop-by-hop options",
    have: { "hop-by-hop": { options: "router-alert" }, udp: {} },
    want: "600000000010004020010db800000000000000000000000120010db800000000000000000000000211000502000001009c40000900080820",
    says: "HBH",
  },
  {
    name: "IPv6 destination options of padding",
    have: { "destination-options": null, udp: {} },
    want: "6000000000103c4020010db800000000000000000000000120010db800000000000000000000000211000104000000009c40000900080820",
    says: "DSTOPT",
  },
  {
    name: "IPv6 routing header of type 0: the checksum is that of the last address",
    have: { routing: { type: 0, addresses: ["2001:db8::a", "2001:db8::b"] }, udp: {} },
    want: "6000000000302b4020010db800000000000000000000000120010db8000000000000000000000002110400020000000020010db800000000000000000000000a20010db800000000000000000000000b9c40000900080817",
    says: "RT6 (len=4, type=0 [Deprecated], segleft=2",
  },
  {
    name: "IPv6 segment routing",
    have: { routing: { addresses: ["2001:db8::b", "2001:db8::2"] }, udp: {} },
    want: "6000000000302b4020010db800000000000000000000000120010db8000000000000000000000002110404010100000020010db800000000000000000000000b20010db80000000000000000000000029c40000900080817",
    says: "type=4, segleft=1",
  },
  {
    name: "IPv6 fragment header",
    have: { fragment: { id: 5, mf: true }, udp: { length: 100, checksum: 1 }, payload: { length: 8 } },
    want: "6000000000182c4020010db800000000000000000000000120010db800000000000000000000000211000001000000059c400009006400010001020304050607",
    says: "frag (0x00000005:0|16)",
  },
  {
    name: "ICMPv6 echo reply",
    have: { icmp6: { type: "echo-reply", id: 1, seq: 2 }, payload: "ab" },
    want: "60000000000a3a4020010db800000000000000000000000120010db80000000000000000000000028100c1e0000100026162",
    says: "[icmp6 sum ok] ICMP6, echo reply, id 1, seq 2",
  },
  {
    name: "packet too big",
    have: [{ icmp6: { type: "packet-too-big", mtu: 1280 } }, { ipv6: {} }, { udp: {} }],
    want: "6000000000383a4020010db800000000000000000000000120010db800000000000000000000000202002be900000500600000000008114020010db800000000000000000000000120010db80000000000000000000000029c40000900080820",
    says: "packet too big, mtu 1280",
  },
  {
    name: "neighbour solicitation",
    have: { icmp6: { type: "neighbour-solicitation" }, ether: {} },
    want: "3333ff00000202000000000186dd6000000000203aff20010db8000000000000000000000001ff0200000000000000000001ff00000287001c270000000020010db80000000000000000000000020101020000000001",
    says: "who has 2001:db8::2",
  },
  {
    name: "neighbour advertisement",
    have: { icmp6: { type: "neighbour-advertisement" } },
    want: "6000000000203aff20010db800000000000000000000000120010db800000000000000000000000288008a736000000020010db80000000000000000000000010201020000000001",
    says: "Flags [solicited, override]",
  },
  {
    name: "router solicitation",
    have: { icmp6: { type: "router-solicitation" } },
    want: "6000000000103aff20010db8000000000000000000000001ff02000000000000000000000000000285004af4000000000101020000000001",
    says: "router solicitation",
  },
  {
    name: "router advertisement",
    have: {
      icmp6: {
        type: "router-advertisement",
        "hop-limit": 64,
        managed: true,
        lifetime: 1800,
        reachable: 1,
        retransmit: 2,
      },
    },
    want: "6000000000103aff20010db8000000000000000000000001ff0200000000000000000000000000018600056c408007080000000100000002",
    says: "hop limit 64, Flags [managed], pref medium, router lifetime 1800s, reachable time 1ms, retrans timer 2ms",
  },
  {
    name: "ICMPv6 redirect",
    have: { icmp6: { type: "redirect", target: "fe80::9" } },
    want: "6000000000283aff20010db800000000000000000000000120010db80000000000000000000000028900eee200000000fe80000000000000000000000000000920010db8000000000000000000000002",
    says: "redirect",
  },
  {
    name: "MLD report",
    have: { icmp6: { type: "mld-listener-report", group: "ff02::7" } },
    want: "6000000000183a0120010db8000000000000000000000001ff020000000000000000000000000007830050df00000000ff020000000000000000000000000007",
    says: "multicast listener report",
  },
  {
    name: "IGMP query",
    have: { igmp: null },
    want: "46000020000040000102fad50a000001e0000001940400001164ee9b00000000",
    says: "igmp query v2",
  },
  {
    name: "IGMP report",
    have: { igmp: { type: "v2-report", group: "224.0.0.251" }, ether: {} },
    want: "01005e0000fb020000000001080046000020000040000102f9db0a000001e00000fb9404000016000904e00000fb",
    says: "igmp v2 report 224.0.0.251",
  },
  {
    name: "IGMP leave",
    have: { igmp: { type: "leave", group: "239.1.2.3" } },
    want: "46000020000040000102fad40a000001e0000002940400001700f7faef010203",
    says: "igmp leave 239.1.2.3",
  },
  {
    name: "SCTP",
    have: {
      sctp: {
        sport: 1,
        dport: 2,
        tag: 3,
        chunks: [{ type: "cookie-ack" }, { type: "data", flags: 3, hex: "00000001 0000 0000 00000000 aabbcc" }],
      },
    },
    want: "4500003800004000408426400a0000010a00000200010002000000031b29386c0b00000400030013000000010000000000000000aabbcc00",
    says: "[COOKIE ACK]",
  },
  {
    name: "GRE",
    have: [{ gre: { key: 7, seq: 9, "checksum-present": true } }, { ipv4: {} }, { udp: {} }],
    want: "4500004000004000402f268d0a0000010a000002b00008005c0b000000000007000000094500001c00004000401126cf0a0000010a0000029c40000900084f92",
    says: "GREv0, Flags [checksum present, key present, sequence# present], sum 0x5c0b, off 0x0, key=0x7, seq 9",
  },
  {
    name: "GRE, all inside implied",
    have: [{ gre: {} }, { tcp: {} }],
    want: "4500004000004000402f268d0a0000010a000002000008004500002800004000400626ce0a0000010a0000029c40005000000000000000005002faf0045f0000",
    says: "proto IPv4 (0x0800)",
  },
  {
    name: "GRE of a frame",
    have: [{ gre: {} }, { ether: {} }, { arp: {} }],
    want: "4500004200004000402f268b0a0000010a00000200006558ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000002",
    says: "proto TEB (0x6558)",
  },
  {
    name: "VXLAN",
    have: [{ vxlan: { vni: 42 } }, { tcp: {} }],
    want: "4500005a00004000401126910a0000010a0000029c4012b5004612840800000000002a0002000000000202000000000108004500002800004000400626ce0a0000010a0000029c40005000000000000000005002faf0045f0000",
    says: "VXLAN, flags [I] (0x08), vni 42",
  },
  {
    name: "ESP",
    have: { esp: { spi: 1, seq: 2 }, payload: { length: 16 } },
    want: "4500002c000040004032269e0a0000010a0000020000000100000002000102030405060708090a0b0c0d0e0f",
    says: "ESP(spi=0x00000001,seq=0x2), length 24",
  },
  {
    name: "AH",
    have: { ah: { spi: 1, seq: 2 }, tcp: {} },
    want: "4500004000004000403326890a0000010a0000020604000000000001000000020000000000000000000000009c40005000000000000000005002faf0045f0000",
    says: "AH(length=4(24-bytes),spi=0x00000001,seq=0x2",
  },
  {
    name: "ARP request",
    have: { arp: null },
    want: "ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000002",
    says: "Request who-has 10.0.0.2 tell 10.0.0.1",
  },
  {
    name: "ARP reply",
    have: { arp: { op: "reply", spa: "10.0.0.9" } },
    want: "020000000002020000000001080600010800060400020200000000010a0000090200000000020a000002",
    says: "Reply 10.0.0.9 is-at 02:00:00:00:00:01",
  },
  {
    name: "ARP padded to the shortest frame",
    have: { arp: {}, pad: 60 },
    want: "ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000002000000000000000000000000000000000000",
    says: "length 46",
  },
  {
    name: "VLAN",
    have: { vlan: { id: 100, priority: 5, dei: true }, udp: {} },
    want: "0200000000020200000000018100b06408004500001c00004000401126cf0a0000010a0000029c40000900084f92",
    says: "vlan 100, p 5, DEI",
  },
  {
    name: "QinQ",
    have: { vlan: [{ id: 5 }, { id: 6 }], udp: {} },
    want: "02000000000202000000000188a800058100000608004500001c00004000401126cf0a0000010a0000029c40000900084f92",
    says: "ethertype 802.1Q-QinQ (0x88a8), length 50: vlan 5, p 0, ethertype 802.1Q (0x8100), vlan 6, p 0",
  },
  {
    name: "VLAN with a tag protocol of its own",
    have: { vlan: { tpid: 0x9100, id: 5 }, udp: {} },
    want: "0200000000020200000000019100000508004500001c00004000401126cf0a0000010a0000029c40000900084f92",
    says: "802.1Q-9100",
  },
  {
    name: "MPLS",
    have: { mpls: [{ label: 100 }, { label: 200, ttl: 3, tc: 1 }], udp: {} },
    want: "020000000002020000000001884700064040000c83034500001c00004000401126cf0a0000010a0000029c40000900084f92",
    says: "MPLS (label 100, tc 0, ttl 64)",
  },
  {
    name: "LLC",
    have: { llc: { dsap: 0x42, ssap: 0x42 }, payload: { hex: "0000 00 00 00" } },
    want: "02000000000202000000000100084242030000000000",
    says: "802.3, length 8",
  },
  {
    name: "SNAP",
    have: { snap: {}, arp: {} },
    want: "ffffffffffff0200000000010024aaaa03000000080600010800060400010200000000010a0000010000000000000a000002",
    says: "oui Ethernet (0x000000)",
  },
  {
    name: "Ethernet, every field",
    have: { ether: { dst: "01-02-03-04-05-06", src: "0a:0b:0c:0d:0e:0f", type: 0x9000 }, payload: "x" },
    want: "0102030405060a0b0c0d0e0f900078",
    says: "0a:0b:0c:0d:0e:0f > 01:02:03:04:05:06",
  },
  {
    name: "Ethernet before bare payload",
    have: { ether: {}, payload: "x" },
    want: "02000000000202000000000188b578",
    says: "Unknown (0x88b5)",
  },
  {
    name: "an IP multicast address gives its MAC address",
    have: { ether: {}, ipv4: { dst: "239.129.2.3" }, udp: {} },
    want: "01005e01020302000000000108004500001c0000400040113f4c0a000001ef8102039c4000090008680f",
    says: "> 01:00:5e:01:02:03",
  },
  {
    name: "an IPv6 multicast address gives its MAC address",
    have: { ether: {}, ipv6: { dst: "ff02::1:2" }, udp: {} },
    want: "33330001000202000000000186dd600000000008114020010db8000000000000000000000001ff0200000000000000000000000100029c400009000836d5",
    says: "> 33:33:00:01:00:02",
  },
  {
    name: "the IP broadcast address gives Ethernet's",
    have: { ether: {}, ipv4: { dst: "255.255.255.255" }, udp: {} },
    want: "ffffffffffff02000000000108004500001c00004000401130d10a000001ffffffff9c40000900085994",
    says: "> ff:ff:ff:ff:ff:ff",
  },
  {
    name: "keys of a map in any order",
    have: { payload: "x", udp: {}, ipv4: {}, vlan: {}, ether: {} },
    want: "0200000000020200000000018100000108004500001d00004000401126ce0a0000010a0000029c4000090009d78f78",
    says: "vlan 1",
  },
];
