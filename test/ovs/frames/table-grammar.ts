import fc from "fast-check";
import { MACS, PORTS, V4, V6 } from "./frame-grammar.ts";

/** A grammar of tables, in ovs-ofctl's syntax, whose actions change frames in every way that a switch can. */

const one = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const text = (strings: TemplateStringsArray, ...parts: fc.Arbitrary<string | number>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((values) => strings.reduce((all, part, i) => all + values[i - 1] + part));
const byte = fc.integer({ min: 0, max: 255 });

type Texts = readonly fc.Arbitrary<string>[];

/** What flows of a protocol match beside it, and what they may do to its packets. */
interface Protocol {
  readonly name: string;
  readonly matches: Texts;
  readonly actions: Texts;
}

const mac = one<string>(...MACS, "aa:bb:cc:dd:ee:ff");
const v4 = one<string>(...V4, "1.2.3.4", "255.255.255.255");
const v6 = one<string>(...V6, "2001:db8::abcd");
const port = one<number>(...PORTS, 0, 65535);

const IP_WRITES: Texts = [
  text`set_field:${one(0, 1, 7, 255)}->nw_ttl`,
  text`set_field:${byte}->nw_ttl`,
  text`set_field:${one(0, 1, 46, 63)}->ip_dscp`,
  text`set_field:${one(0, 1, 2, 3)}->nw_ecn`,
  one("dec_ttl", "dec_ttl", "dec_ttl(1,2)"),
];
const V4_WRITES: Texts = [
  ...IP_WRITES,
  text`set_field:${v4}->ip_src`,
  text`set_field:${v4}->ip_dst`,
  text`set_field:0.0.0.${byte}/0.0.0.255->${one("ip_src", "ip_dst")}`,
  text`load:${byte}->NXM_OF_IP_SRC[${one("0..7", "8..15", "24..31")}]`,
  one("learn(table=2,priority=7,delete_learned,eth_type=0x800,NXM_OF_IP_SRC[],load:NXM_OF_IP_DST[]->NXM_OF_IP_SRC[])"),
  one("move:NXM_OF_IP_SRC[]->NXM_OF_IP_DST[]", "move:NXM_OF_IP_DST[0..15]->NXM_OF_IP_SRC[16..31]"),
];
const V6_WRITES: Texts = [
  ...IP_WRITES,
  text`set_field:${v6}->ipv6_src`,
  text`set_field:${v6}->ipv6_dst`,
  text`set_field:${one(0, 5, 0xfffff)}->ipv6_label`,
  text`set_field:::${one("1", "2", "ab")}/::ff->${one("ipv6_src", "ipv6_dst")}`,
  one("move:NXM_NX_IPV6_SRC[]->NXM_NX_IPV6_DST[]"),
];
const transportWrites = (name: string): Texts => [
  text`set_field:${port}->${one(`${name}_src`, `${name}_dst`)}`,
  text`set_field:${byte}/0xff->${one(`${name}_src`, `${name}_dst`)}`,
];

const IP_MATCHES: Texts = [
  text`nw_tos=${one(0, 16, 184)}`,
  text`nw_ttl=${one(1, 2, 64)}`,
  text`nw_frag=${one("no", "yes", "first", "later", "not_later")}`,
];
const V4_MATCHES: Texts = [...IP_MATCHES, text`nw_src=${one<string>(...V4, "10.0.0.0/8")}`, text`nw_dst=${one(...V4)}`];
const V6_MATCHES: Texts = [
  ...IP_MATCHES,
  text`ipv6_src=${one<string>(...V6, "fd00::/16")}`,
  text`ipv6_dst=${one(...V6)}`,
];
const PORT_MATCHES: Texts = [
  text`tp_src=${one<string | number>(...PORTS, "0x0/0x8000")}`,
  text`tp_dst=${one<string | number>(...PORTS, "0x0/0x8000")}`,
];

const PROTOCOLS: readonly Protocol[] = [
  {
    name: "tcp",
    matches: [...V4_MATCHES, ...PORT_MATCHES, text`tcp_flags=${one("+syn", "+ack", "-rst")}`],
    actions: [...V4_WRITES, ...transportWrites("tcp")],
  },
  {
    name: "udp",
    matches: [...V4_MATCHES, ...PORT_MATCHES],
    actions: [...V4_WRITES, ...transportWrites("udp")],
  },
  { name: "sctp", matches: [...V4_MATCHES, ...PORT_MATCHES], actions: [...V4_WRITES, ...transportWrites("sctp")] },
  {
    name: "icmp",
    matches: [...V4_MATCHES, text`icmp_type=${one(0, 8)}`],
    actions: [...V4_WRITES, text`set_field:${one(0, 3, 8)}->icmp_type`, text`set_field:${byte}->icmp_code`],
  },
  { name: "ip", matches: V4_MATCHES, actions: V4_WRITES },
  { name: "tcp6", matches: [...V6_MATCHES, ...PORT_MATCHES], actions: [...V6_WRITES, ...transportWrites("tcp")] },
  { name: "udp6", matches: [...V6_MATCHES, ...PORT_MATCHES], actions: [...V6_WRITES, ...transportWrites("udp")] },
  {
    name: "icmp6",
    matches: [...V6_MATCHES, text`icmp_type=${one(128, 135, 136)}`],
    actions: [...V6_WRITES, text`set_field:${one(128, 129)}->icmpv6_type`],
  },
  {
    name: "icmp6,icmp_type=135,icmp_code=0",
    matches: V6_MATCHES,
    actions: [...V6_WRITES, text`set_field:${v6}->nd_target`, text`set_field:${mac}->nd_sll`],
  },
  {
    name: "icmp6,icmp_type=136,icmp_code=0",
    matches: V6_MATCHES,
    actions: [...V6_WRITES, text`set_field:${v6}->nd_target`, text`set_field:${mac}->nd_tll`],
  },
  { name: "ipv6", matches: V6_MATCHES, actions: V6_WRITES },
  {
    name: "arp",
    matches: [text`arp_op=${one(1, 2)}`, text`arp_spa=${one(...V4)}`, text`arp_tpa=${one(...V4)}`],
    actions: [
      text`set_field:${one(1, 2, 7)}->arp_op`,
      text`set_field:${v4}->${one("arp_spa", "arp_tpa")}`,
      text`set_field:${mac}->${one("arp_sha", "arp_tha")}`,
      one("move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[]"),
    ],
  },
  {
    name: "mpls",
    matches: [text`mpls_label=${one(0, 2, 3, 100)}`, text`mpls_bos=${one(0, 1)}`, text`mpls_ttl=${one(1, 64)}`],
    actions: [
      text`set_field:${one(7, 0xfffff)}->mpls_label`,
      text`set_field:${one(0, 7)}->mpls_tc`,
      text`set_mpls_ttl(${one(1, 9)})`,
      one("dec_mpls_ttl"),
      text`pop_mpls:${one("0x8847", "0x0800", "0x86dd")}`,
      text`pop_mpls:0x0800,${one("dec_ttl", "resubmit(,2)", "set_field:1.2.3.4->ip_src")}`,
    ],
  },
];

const LINK_MATCHES: Texts = [
  text`dl_src=${one(...MACS)}`,
  text`dl_dst=${one<string>(...MACS, "01:00:00:00:00:00/01:00:00:00:00:00")}`,
  text`dl_vlan=${one(0, 10, 20)}`,
  text`vlan_tci=${one("0x1000/0x1000", "0x0000/0x1fff")}`,
];
const PIPELINE_MATCHES: Texts = [text`reg0=${one("0x1", "0x0/0x1")}`, text`metadata=${one("0x5", "0x0/0x4")}`];

const PORT = one("1", "2", "3", "4", "IN_PORT");
const OUTPUT: Texts = [text`output:${PORT}`, text`output:${PORT}`, one("FLOOD", "ALL", "NORMAL")];
const ANYWHERE: Texts = [
  ...OUTPUT,
  ...OUTPUT,
  ...OUTPUT,
  text`output(port=${one(2, 3, 4)},max_len=${one(14, 20, 42, 60, 64, 1500)})`,
  text`set_field:${mac}->${one("eth_src", "eth_dst")}`,
  text`set_field:00:00:00:00:00:0a/00:00:00:00:00:ff->${one("eth_src", "eth_dst")}`,
  one("move:NXM_OF_ETH_DST[]->NXM_OF_ETH_SRC[]", "move:NXM_OF_ETH_SRC[0..15]->NXM_NX_REG0[0..15]"),
  text`push_vlan:${one("0x8100", "0x88a8")},set_field:${one(4106, 4116, 4096)}->vlan_vid`,
  text`push_vlan:0x8100,set_field:${one(0, 7)}->vlan_pcp`,
  one("strip_vlan", "pop_vlan"),
  text`set_field:${one(1, 2)}->reg0`,
  text`set_field:${one(5, 4)}->metadata`,
  text`output:NXM_NX_REG0[0..3]`,
  text`set_field:${one(0, 1)}->pkt_mark`,
];
const TABLES = 4;

/** Actions that go on elsewhere than in table `table`, or do something to a copy. */
function onward(table: number): Texts {
  const later = fc.integer({ min: Math.min(table + 1, TABLES - 1), max: TABLES - 1 });
  return [
    text`resubmit(,${later})`,
    text`resubmit(${one(1, 2)},${later})`,
    text`clone(${fc.oneof(...ANYWHERE)},${fc.oneof(...ANYWHERE)})`,
    text`group:${fc.integer({ min: 1, max: 5 })}`,
    text`check_pkt_larger(${one(300, 1000)})->NXM_NX_REG0[0],resubmit(,${later})`,
    text`push_mpls:${one("0x8847", "0x8848")}`,
    text`push_mpls:0x8847,set_field:${one(16, 100)}->mpls_label,set_field:3->mpls_tc`,
    text`multipath(symmetric_l4,${byte},modulo_n,3,0,NXM_NX_REG0[0..1])`,
    text`bundle(${one("eth_src", "symmetric_l4", "symmetric_l3l4+udp")},${byte},${one("hrw", "active_backup")},ofport,members:2,3,4)`,
    text`learn(table=3,idle_timeout=60,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:0x1->NXM_NX_REG0[],output:NXM_OF_IN_PORT[])`,
    text`sample(probability=${one(1, 65535)},collector_set_id=1)`,
  ];
}

const any: Protocol = { name: "", matches: [], actions: [] };

const some = (from: Texts, maxLength: number): fc.Arbitrary<string[]> =>
  from.length === 0
    ? fc.constant([])
    : fc.uniqueArray(fc.oneof(...from), { maxLength, selector: (item) => item.replace(/=.*/, "") });

function actions({ actions: own, name }: Protocol, table: number): fc.Arbitrary<string> {
  // What comes to a table with nothing but its protocol known may change it in several ways before it goes on.
  const kinds = [
    { weight: 4, arbitrary: fc.oneof(...ANYWHERE) },
    ...(own.length === 0 ? [] : [{ weight: 6, arbitrary: fc.oneof(...own) }]),
    { weight: 3, arbitrary: fc.oneof(...onward(table)) },
  ];
  const list = fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: 5 });
  const last = fc.oneof(
    { weight: 5, arbitrary: text`,output:${PORT}` },
    { weight: 1, arbitrary: one("") },
    { weight: 1, arbitrary: text`,write_actions(output:${PORT},set_field:${mac}->eth_src)` },
    { weight: 2, arbitrary: text`,goto_table:${fc.integer({ min: table + 1, max: TABLES })}` },
  );
  return fc.tuple(list, last).map(([all, end]) => {
    // MPLS takes away what is known of the packet: protocols are written before it.
    const pushes = all.filter((action) => /^push_mpls/.test(action));
    const rest = all.filter((action) => !/^push_mpls/.test(action));
    return (name === "mpls" ? all : [...rest, ...pushes]).join(",") + end;
  });
}

const FLOW = fc
  .tuple(fc.oneof(one(...PROTOCOLS), one(any)), fc.integer({ min: 0, max: TABLES - 1 }))
  .chain(([protocol, table]) =>
    fc
      .tuple(
        some(protocol.matches, 2),
        some(LINK_MATCHES, 1),
        some(PIPELINE_MATCHES, table === 0 ? 0 : 1),
        actions(protocol, table),
      )
      .map(([own, link, pipeline, list]) =>
        [`table=${table}`, protocol.name, ...own, ...link, ...pipeline]
          .filter((part) => part !== "")
          .join(",")
          .concat(` actions=${list}`),
      ),
  );

/** Groups that every table may use. Those that choose do so by fields that they name. */
export const GROUPS: readonly string[] = [
  "group_id=1,type=all,bucket=actions=output:2,bucket=actions=set_field:02:00:00:00:00:07->eth_src,output:3",
  "group_id=2,type=select,selection_method=hash,fields(eth_src,ip_src,tcp_dst,udp_dst),bucket=weight=1,actions=output:2,bucket=weight=3,actions=push_vlan:0x8100,set_field:4106->vlan_vid,output:3",
  "group_id=3,type=ff,bucket=watch_port=2,actions=output:2,bucket=watch_port=3,actions=output:3",
  "group_id=4,type=indirect,bucket=actions=set_field:02:00:00:00:00:08->eth_dst,resubmit(,3)",
  "group_id=5,type=select,bucket=weight=2,actions=output:2,bucket=weight=1,actions=output:3,bucket=weight=1,actions=output:4",
];

/** A table of flows, mostly with something for whatever comes; none has another's priority, since nobody says which of two wins. */
export const TABLE: fc.Arbitrary<readonly string[]> = fc
  .tuple(fc.array(FLOW, { minLength: 6, maxLength: 16 }), actions(any, 0))
  .map(([flows, fallback]) => [
    ...flows.map((flow, i) => flow.replace(/^table=\d+/, `$&,priority=${10 * (i + 1)}`)),
    `table=0,priority=0 actions=${fallback}`,
  ]);
