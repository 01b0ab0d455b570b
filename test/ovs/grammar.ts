import fc from "fast-check";

/** A grammar of flow tables and packets in ovs-ofctl's syntax: small sets of values, so that flows meet packets. */

const MACS = ["02:00:00:00:00:01", "02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff", "01:80:c2:00:00:00"];
const V4 = ["10.0.0.1", "10.0.0.2", "10.1.0.1", "192.168.7.9", "10.0.128.1"];
const V4_MASKED = [...V4, "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/31", "10.0.0.0/255.0.255.0", "192.168.0.0/16"];
const V6 = ["fd00::1", "fd00::2", "fe80::1"];
const V6_MASKED = [...V6, "fd00::/16", "fe80::/10", "fd00::/127"];
const PORTS = [22, 53, 80, 81, 443, 1024, 32768];
const PORTS_MASKED = [...PORTS, "0x50/0xfff0", "0x0/0x8000", "0x400/0xfc00"];

const one = <T>(...values: T[]) => fc.constantFrom(...values);
const number = (max: number, min = 0) => fc.integer({ min, max });
const text = (strings: TemplateStringsArray, ...parts: fc.Arbitrary<string | number>[]) =>
  fc.tuple(...parts).map((values) => strings.reduce((all, string, i) => all + values[i - 1] + string));

/** What a protocol has for matches and for packets. */
interface Protocol {
  readonly name: string;
  readonly match: readonly fc.Arbitrary<string>[];
  readonly packet: readonly fc.Arbitrary<string>[];
  /** Fields that actions may write, with values. */
  readonly writes: readonly (readonly [string, fc.Arbitrary<string | number>])[];
}

const IP_MATCH = [text`nw_tos=${one(0, 16, 184)}`, text`nw_ecn=${number(3)}`, text`nw_ttl=${one(1, 2, 64)}`];
const FRAGMENT = text`nw_frag=${one("no", "yes", "first", "later", "not_later")}`;
const IP_PACKET = [...IP_MATCH, text`nw_frag=${one("no", "no", "no", "first", "later")}`];
const IP_WRITES = [
  ["nw_ttl", one(1, 2, 200)],
  ["nw_tos", one(0, 16, 252)],
  ["nw_ecn", number(3)],
] as const;

const V4_MATCH = [...IP_MATCH, FRAGMENT, text`nw_src=${one(...V4_MASKED)}`, text`nw_dst=${one(...V4_MASKED)}`];
const V4_PACKET = [...IP_PACKET, text`nw_src=${one(...V4)}`, text`nw_dst=${one(...V4)}`];
const V4_WRITES = [...IP_WRITES, ["ip_src", one(...V4_MASKED)], ["ip_dst", one(...V4_MASKED)]] as const;
const V6_MATCH = [
  ...IP_MATCH,
  FRAGMENT,
  text`ipv6_src=${one(...V6_MASKED)}`,
  text`ipv6_dst=${one(...V6_MASKED)}`,
  text`ipv6_label=${one("0x5", "0x0/0xf")}`,
];
const V6_PACKET = [
  ...IP_PACKET,
  text`ipv6_src=${one(...V6)}`,
  text`ipv6_dst=${one(...V6)}`,
  text`ipv6_label=${one(0, 5, 16)}`,
];
const V6_WRITES = [...IP_WRITES, ["ipv6_src", one(...V6)], ["ipv6_dst", one(...V6_MASKED)]] as const;

const maskedPorts = ["tp_src", "tp_dst"].map((name) => text`${one(name)}=${one<string | number>(...PORTS_MASKED)}`);
const ports = (protocol: string) => ["src", "dst"].map((end) => text`${one(`${protocol}_${end}`)}=${one(...PORTS)}`);
const portWrites = (name: string) =>
  ["src", "dst"].map((end) => [`${name}_${end}`, one<string | number>(...PORTS, "0x5/0xff")] as const);
const FLAGS = text`tcp_flags=${one("+syn", "+syn-ack", "+ack", "-rst", "+fin")}`;
const FLAGS_PACKET = text`tcp_flags=${one("syn", "ack", "syn|ack", "fin|ack", "rst")}`;

const PROTOCOLS: readonly Protocol[] = [
  {
    name: "tcp",
    match: [...V4_MATCH, ...maskedPorts, ...maskedPorts, FLAGS],
    packet: [...V4_PACKET, ...ports("tcp"), FLAGS_PACKET],
    writes: [...V4_WRITES, ...portWrites("tcp")],
  },
  {
    name: "udp",
    match: [...V4_MATCH, ...maskedPorts],
    packet: [...V4_PACKET, ...ports("udp")],
    writes: [...V4_WRITES, ...portWrites("udp")],
  },
  { name: "sctp", match: [...V4_MATCH, ...maskedPorts], packet: [...V4_PACKET, ...ports("sctp")], writes: V4_WRITES },
  {
    name: "icmp",
    match: [...V4_MATCH, text`icmp_type=${one(0, 3, 8)}`, text`icmp_code=${number(2)}`],
    packet: [...V4_PACKET, text`icmp_type=${one(0, 3, 8)}`, text`icmp_code=${number(2)}`],
    writes: V4_WRITES,
  },
  {
    name: "ip",
    match: [...V4_MATCH, text`nw_proto=${one(6, 47, 50)}`],
    packet: [...V4_PACKET, text`nw_proto=${one(47, 50)}`],
    writes: V4_WRITES,
  },
  {
    name: "tcp6",
    match: [...V6_MATCH, ...maskedPorts, FLAGS],
    packet: [...V6_PACKET, ...ports("tcp"), FLAGS_PACKET],
    writes: [...V6_WRITES, ...portWrites("tcp")],
  },
  {
    name: "udp6",
    match: [...V6_MATCH, ...maskedPorts],
    packet: [...V6_PACKET, ...ports("udp")],
    writes: [...V6_WRITES, ...portWrites("udp")],
  },
  {
    name: "icmp6",
    match: [...V6_MATCH, text`icmp_type=${one(128, 135, 136)}`, text`icmp_code=${number(1)}`],
    packet: [...V6_PACKET, text`icmpv6_type=${one(128, 129, 135)}`, one("icmpv6_code=0")],
    writes: V6_WRITES,
  },
  { name: "ipv6", match: V6_MATCH, packet: [...V6_PACKET, one("nw_proto=50")], writes: V6_WRITES },
  {
    name: "arp",
    match: [
      text`arp_op=${number(2, 1)}`,
      text`arp_spa=${one(...V4_MASKED)}`,
      text`arp_tpa=${one(...V4_MASKED)}`,
      text`arp_sha=${one(...MACS)}`,
    ],
    packet: [
      text`arp_op=${number(2, 1)}`,
      text`arp_spa=${one(...V4)}`,
      text`arp_tpa=${one(...V4)}`,
      text`arp_sha=${one(...MACS)}`,
    ],
    writes: [],
  },
  {
    name: "mpls",
    match: [text`mpls_label=${number(3)}`, text`mpls_bos=${number(1)}`, text`mpls_tc=${number(2)}`],
    packet: [
      text`mpls_label=${number(3)}`,
      one("mpls_bos=1"),
      text`mpls_ttl=${one(1, 2, 64)}`,
      text`mpls_tc=${number(2)}`,
    ],
    writes: [
      ["mpls_label", number(9)],
      ["mpls_tc", number(7)],
    ],
  },
];

const LINK_MATCH = [
  text`in_port=${number(5, 1)}`,
  text`dl_src=${one(...MACS, "02:00:00:00:00:00/ff:ff:ff:00:00:00")}`,
  text`dl_dst=${one(...MACS, "01:00:00:00:00:00/01:00:00:00:00:00")}`,
  text`dl_vlan=${one(10, 20)}`,
  text`vlan_tci=${one("0x1000/0x1000", "0x0000/0x1fff")}`,
  text`dl_vlan_pcp=${number(3)}`,
];
const PIPELINE_MATCH = [
  text`reg0=${one("0x1", "0x2", "0x0/0x1")}`,
  text`reg1=${number(3)}`,
  text`metadata=${one("0x5", "0x0/0x4")}`,
  text`ct_state=${one("+trk", "-trk", "+new", "-new", "+est", "+trk-new")}`,
  text`pkt_mark=${number(1)}`,
];
const LINK_PACKET = [
  text`dl_src=${one(...MACS.slice(0, 2))}`,
  text`dl_dst=${one(...MACS)}`,
  text`dl_vlan=${one(10, 20, 30)}`,
  text`dl_vlan=${one(0, 10, 20)},dl_vlan_pcp=${one(0, 3, 5)}`,
  text`pkt_mark=${number(1)}`,
];

/** Some of these, each at most once by its field's name. */
function some(from: readonly fc.Arbitrary<string>[], maxLength: number): fc.Arbitrary<string[]> {
  return fc.uniqueArray(fc.oneof(...from), { maxLength, selector: (item) => item.split("=")[0]! });
}

const PORT = one("1", "2", "3", "4", "5", "LOCAL", "IN_PORT");
const OUTPUTS = [text`output:${PORT}`, text`output:${PORT}`, one("NORMAL", "FLOOD", "ALL", "CONTROLLER:65535")];
const REGISTERS = [
  text`set_field:${number(3)}->reg0`,
  text`set_field:${one("0x1/0x1", "0x2")}->reg1`,
  text`load:${number(3)}->NXM_NX_REG1[0..1]`,
  text`set_field:${one(5, 6)}->metadata`,
  text`set_field:${number(1)}->pkt_mark`,
  one("push:NXM_NX_REG0[],pop:NXM_NX_REG1[]", "push:NXM_OF_ETH_SRC[0..15],pop:NXM_NX_REG0[0..15]"),
  one(
    "move:NXM_OF_ETH_SRC[0..15]->NXM_NX_REG0[0..15]",
    "move:NXM_OF_IN_PORT[]->NXM_NX_REG1[0..15]",
    "move:NXM_OF_ETH_DST[]->NXM_OF_ETH_SRC[]",
    "move:NXM_NX_REG0[0..1]->NXM_NX_REG1[0..1]",
  ),
];
const LINK_ACTIONS = [
  text`set_field:${one(...MACS)}->eth_src`,
  text`set_field:${one(...MACS, "00:00:00:00:00:09/00:00:00:00:00:ff")}->eth_dst`,
  text`push_vlan:0x8100,set_field:${one(4106, 4116)}->vlan_vid`,
  one("push_vlan:0x8100,pop_vlan"),
  text`output:NXM_NX_REG0[${one("0..3", "0..15")}]`,
];

/** Actions that go on elsewhere, from table `table`. */
function onward(table: number): fc.Arbitrary<string>[] {
  const later = number(3, Math.min(table + 1, 3));
  return [
    text`resubmit(,${later})`,
    text`resubmit(${number(4, 1)},${later})`,
    text`clone(${fc.oneof(...OUTPUTS)},${fc.oneof(...LINK_ACTIONS)})`,
    text`group:${number(4, 1)}`,
    text`multipath(${one("eth_src", "symmetric_l4", "symmetric_l3l4", "nw_src", "nw_dst")},${number(9)},${one("modulo_n", "hash_threshold", "hrw")},${number(4, 2)},0,NXM_NX_REG0[])`,
    text`bundle(${one("eth_src", "symmetric_l4", "symmetric_l3l4+udp")},${number(9)},${one("hrw", "active_backup")},ofport,members:${PORT_LIST})`,
    text`learn(table=3,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])`,
    text`check_pkt_larger(${one(100, 1500)})->NXM_NX_REG0[${number(1)}]`,
    // Refused there.
    one("meter:1", "clone(meter:1)", "ct(commit,exec(output:1))"),
    one("exit"),
  ];
}
const PORT_LIST = one("2,3", "1,4", "3");

function actions({ name, writes }: Protocol, table: number): fc.Arbitrary<string> {
  const isIp = /^(?:tcp|udp|sctp|icmp|ip)/.test(name);
  const kinds: fc.Arbitrary<string>[] = [...OUTPUTS, ...OUTPUTS, ...REGISTERS, ...LINK_ACTIONS, ...onward(table)];
  for (const [field, value] of writes) kinds.push(text`set_field:${value}->${one(field)}`);
  if (isIp) {
    kinds.push(one("dec_ttl", "dec_ttl(1,2)"));
    kinds.push(
      text`ct(${one("commit", "table=2", "commit,zone=5", "table=3,zone=7,nat", "commit,exec(set_field:5->ct_mark)")})`,
    );
    kinds.push(one("ct(commit,nat(src=10.9.9.1-10.9.9.9:100-200))", "ct_clear"));
  }
  if (name === "mpls") kinds.push(one("dec_mpls_ttl", "pop_mpls:0x0800", "pop_mpls:0x8847", "push_mpls:0x8847"));
  if (name === "tcp") kinds.push(one("fin_timeout(idle_timeout=5)"));
  const applied = fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: 4 });
  const last = fc.oneof(
    { weight: 6, arbitrary: one("") },
    { weight: 1, arbitrary: text`,write_actions(${fc.oneof(...OUTPUTS)},set_field:${one(...MACS)}->eth_src)` },
    { weight: 2, arbitrary: text`,goto_table:${number(Math.min(table + 2, 4), table + 1)}` },
  );
  const first = fc.oneof({ weight: 8, arbitrary: one("") }, { weight: 1, arbitrary: text`meter:${one(1, 9)},` });
  return fc.oneof(
    { weight: 12, arbitrary: fc.tuple(first, applied, last).map(([meter, list, end]) => meter + list.join(",") + end) },
    { weight: 1, arbitrary: one("drop") },
  );
}

const FLOW = fc.tuple(one(...PROTOCOLS), number(3)).chain(([protocol, table]) => {
  const match = fc.tuple(some(protocol.match, 3), some(LINK_MATCH, 2), some(PIPELINE_MATCH, table === 0 ? 0 : 2));
  // Some match any protocol: their actions are those that need none.
  const any = { name: "any", match: [], packet: [], writes: [] };
  const specific = fc.tuple(match, actions(protocol, table)).map(([[own, link, pipeline], list]) => ({
    match: [protocol.name, ...own, ...link, ...pipeline],
    list,
  }));
  const general = fc
    .tuple(some(LINK_MATCH, 2), some(PIPELINE_MATCH, table === 0 ? 0 : 1), actions(any, table))
    .map(([link, pipeline, list]) => ({ match: [...link, ...pipeline], list }));
  return fc
    .tuple(fc.oneof({ weight: 3, arbitrary: specific }, { weight: 2, arbitrary: general }), one(0, 1, 5, 5, 9, 32768))
    .map(([{ match: parts, list }, priority]) =>
      [`table=${table},priority=${priority}`, ...consistent(parts)].join(",").concat(` actions=${list}`),
    );
});

/** VLANs are said once. */
function consistent(parts: readonly string[]): string[] {
  const hasVlan = parts.some((part) => /^dl_vlan/.test(part));
  return parts.filter((part) => !(hasVlan && part.startsWith("vlan_tci")));
}

const PACKET = one(...PROTOCOLS).chain((protocol) =>
  fc
    .tuple(number(5, 1), some(protocol.packet, protocol.packet.length), some(LINK_PACKET, 3))
    .map(([port, own, link]) => [`in_port=${port}`, protocol.name, ...possible(own), ...link].join(",")),
);

/** Later fragments have nothing of the transport layer. */
function possible(fields: readonly string[]): readonly string[] {
  if (!fields.includes("nw_frag=later")) return fields;
  return fields.filter((field) => !/^(?:tcp|udp|sctp|icmp)/.test(field));
}

/** Meters that every table may use. */
export const METERS = [
  "meter=1,kbps,band=type=drop,rate=1000",
  "meter=9,pktps,burst,band=type=drop,rate=5,burst_size=9",
];

/** Groups that every table may use. */
export const GROUPS = [
  "group_id=1,type=all,bucket=actions=output:2,bucket=actions=set_field:02:00:00:00:00:07->eth_src,output:3",
  "group_id=2,type=select,bucket=weight=1,actions=output:2,bucket=weight=3,actions=output:3",
  "group_id=3,type=ff,bucket=watch_port=2,actions=output:2,bucket=watch_port=3,actions=output:3",
  "group_id=4,type=indirect,bucket=actions=set_field:02:00:00:00:00:08->eth_dst,resubmit(,3)",
];

/** A table with packets that go through it. */
export const CASES = fc.record({
  flows: fc.array(FLOW, { minLength: 3, maxLength: 12 }),
  packets: fc.array(PACKET, { minLength: 8, maxLength: 8 }),
});
