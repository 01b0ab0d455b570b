import { describe, expect, it } from "vitest";
import { RULES } from "../../src/lint/lint.ts";
import { netsim } from "../cli/fake-terminal.ts";
import { scratch } from "../scratch.ts";

/** A host with this at its device. */
const host = (tc: string, more = "") => `nodes:
  a:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    ${more}
    tc: { eth0: { ${tc} } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
`;
const da = (text: string) => `{ program: { classic: "${text}" }, direct-action: true }`;
/** A host with these programs at XDP, or whatever stands at an interface. */
const atDevice = (what: string) => host("", "").replace("address: 10.0.0.1/24", `address: 10.0.0.1/24, ${what}`);
const xdp = (text: string) => atDevice(`xdp: { extended: "${text}" }`);
const socket = (program: string, more = "") =>
  host("", `sockets: { s: { kind: packet, interface: eth0, filter: { ${program} } } }${more}`);
const cgroup = (direction: string, text: string) =>
  host("", `cgroups: { /a: { ${direction}: [{ extended: "${text}" }] } }`);
/** Stores into the packet behind a check of its bounds; r2 is the packet. */
const writing = (store: string, answer: number, data = [0, 4]) =>
  `r2 = *(u32 *)(r1 + ${data[0]})\\nr3 = *(u32 *)(r1 + ${data[1]})\\nr4 = r2\\nr4 += 34\\nif r4 > r3 goto out\\nr5 = *(u16 *)(r2 + 12)\\nif r5 != 8 goto out\\n${store}\\nr0 = ${answer}\\nexit\\nout: r0 = 2\\nexit`;
const PUT = (more: string) =>
  `*(u64 *)(r10 - 8) = 7\\n*(u64 *)(r10 - 16) = 1\\nr2 = r10\\nr2 += -8\\nr3 = r10\\nr3 += -16\\nr4 = 0\\nr1 = map[m] ll\\ncall bpf_map_update_elem#2\\n${more}r0 = 1\\nexit`;
const counted = (type: string, more = "", rest = "") =>
  `maps: { m: { type: ${type}, key: u64, value: u64, entries: 64 } }\n${rest}${cgroup("ingress", PUT(more))}`;
const SWEEP = "r2 = r10\\nr2 += -8\\nr1 = map[m] ll\\ncall bpf_map_delete_elem#3\\n";
/** A switch with these flows, in the order of their lines. */
const ovs = (flows: readonly string[], more = "") => `nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
  s:
    kind: ovs
    ${more}
    flows:
${flows.map((flow) => `      - "${flow}"\n`).join("")}links: [{ endpoints: ["a:eth0", "s:p1"] }, { endpoints: ["b:eth0", "s:p2"] }]
`;
const REST = "priority=0,actions=NORMAL";
const seccomp = (profile: string) =>
  `programs: { box: { seccomp: ${process.cwd()}/${profile} } }\n${host("", "processes: { p: { seccomp: [box], calls: ['getpid()'] } }")}`;
const HTB = (chosen: string, filters = "[]") =>
  `qdisc: { kind: htb, handle: "1:", default: "${chosen}", classes: { "1:10": { rate: 10mbit } }, filters: ${filters} }`;
const TAG = "ldh [12]\\njneq #0x8100, no\\nret #100\\nno: ret #0";

const CASES = [
  {
    name: "OK before another filter",
    have: host(`ingress: [${da("ret #0")}, ${da("ret #2")}]`),
    want: ["ok-ends-filters"],
  },
  { name: "OK at the end", have: host(`ingress: [${da("ret #-1")}, ${da("ret #0")}]`), want: [] },
  {
    name: "a drop behind a load",
    have: host(`ingress: [${da("ldb [23]\\njneq #6, ok\\nret #2\\nok: ret #0")}]`),
    want: ["load-accepts"],
  },
  {
    name: "a drop without loads",
    have: host(`ingress: [${da("ld len\\njgt #100, ok\\nret #2\\nok: ret #0")}]`),
    want: [],
  },
  { name: "REDIRECT at htb", have: host(HTB("10", `[${da("ret #7")}]`)), want: ["redirect-at-qdisc"] },
  {
    name: "REDIRECT at egress, by a helper",
    have: host(
      `egress: [{ program: { extended: "r1 = 2\\nr2 = 0\\ncall bpf_redirect#23\\nr0 = 7\\nexit" }, direct-action: true }]`,
    ),
    want: [],
  },
  {
    name: "REDIRECT of a classic program",
    have: host(`egress: [${da("ret #7")}]`),
    want: ["redirect-without-target 7"],
  },
  { name: "REDIRECT at XDP from nowhere", have: xdp("r0 = 4\\nexit"), want: ["redirect-without-target 4"] },
  {
    name: "REDIRECT at a route's in",
    have: host("", 'routes: [{ to: 10.1.0.0/16, dev: eth0, encap: { bpf: { in: { extended: "r0 = 7\\nexit" } } } }]'),
    want: ["redirect-ignored"],
  },
  {
    name: "XDP_ABORTED for a drop",
    have: xdp("r0 = *(u32 *)(r1 + 12)\\nif r0 == 1 goto no\\nr0 = 2\\nexit\\nno: r0 = 0\\nexit"),
    want: ["xdp-aborted"],
  },
  {
    name: "XDP_ABORTED for errors beside drops",
    have: xdp(
      "r0 = *(u32 *)(r1 + 12)\\nif r0 == 1 goto no\\nif r0 == 3 goto err\\nr0 = 2\\nexit\\nno: r0 = 1\\nexit\\nerr: r0 = 0\\nexit",
    ),
    want: [],
  },
  { name: "XDP_TX as it came", have: xdp("r0 = 3\\nexit"), want: ["xdp-tx-unchanged"] },
  { name: "XDP_TX with another address", have: xdp(writing("*(u8 *)(r2 + 0) = 2", 3)), want: [] },
  {
    name: "an unknown answer at XDP, from another register",
    have: xdp("r6 = 5\\nr0 = r6\\nexit"),
    want: ["unknown-verdict 5"],
  },
  { name: "a TTL without its checksum", have: xdp(writing("*(u8 *)(r2 + 22) = 9", 2)), want: ["stale-checksum (8)"] },
  { name: "a TTL with its checksum", have: xdp(writing("*(u8 *)(r2 + 22) = 9\\n*(u16 *)(r2 + 24) = 0", 2)), want: [] },
  {
    name: "an address at tc without its checksum",
    have: host(
      `ingress: [{ program: { extended: "${writing("*(u32 *)(r2 + 26) = 9", 0, [76, 80])}" }, direct-action: true }]`,
    ),
    want: ["stale-checksum (12)"],
  },
  { name: "a MAC address, which has no checksum", have: xdp(writing("*(u8 *)(r2 + 6) = 2", 2)), want: [] },
  { name: "a control group's 2", have: cgroup("egress", "r0 = 2\\nexit"), want: ["cgroup-congestion 2"] },
  { name: "a control group that refuses all", have: cgroup("ingress", "r0 = 0\\nexit"), want: ["refuses-all"] },
  { name: "a control group's 1", have: cgroup("egress", "r0 = 1\\nexit"), want: [] },
  { name: "a socket that gets nothing", have: socket('classic: "ret #0"'), want: ["refuses-all"] },
  { name: "a socket's 0 in some cases", have: socket('filter: "tcp"'), want: [] },
  { name: "a byte of each packet", have: socket('extended: "r0 = 1\\nexit"'), want: ["keeps-few-bytes one"] },
  { name: "a hash that only grows", have: counted("hash"), want: ["map-fills"] },
  { name: "a hash that forgets", have: counted("lru_hash"), want: [] },
  { name: "a hash whose entries are deleted", have: counted("hash", SWEEP), want: [] },
  {
    name: "a hash that a step sweeps",
    have: counted("hash", "", "steps: [{ at: 1s, map: m, delete: 7 }]\n"),
    want: [],
  },
  {
    name: "a flow that another one hides",
    have: ovs(["priority=1,tcp,actions=drop", "priority=9,ip,actions=NORMAL", REST]),
    want: ["flow-shadowed line 9"],
  },
  {
    name: "a flow above the one that is wider",
    have: ovs(["priority=9,tcp,actions=drop", "priority=1,ip,actions=NORMAL", REST]),
    want: [],
  },
  {
    name: "one flow twice",
    have: ovs(["tcp,actions=drop", "tcp,actions=NORMAL", REST]),
    want: ["flow-replaced line 9"],
  },
  {
    name: "flows of one priority",
    have: ovs(["tcp,actions=drop", "ip,nw_src=10.0.0.1,actions=NORMAL", REST]),
    want: ["flow-overlap"],
  },
  {
    name: "flows of one priority that do the same",
    have: ovs(["tcp,actions=drop", "ip,nw_src=10.0.0.1,actions=drop", REST]),
    want: [],
  },
  {
    name: "flows of one priority that share no packets",
    have: ovs(["tcp,actions=drop", "udp,actions=NORMAL", REST]),
    want: [],
  },
  { name: "no flow for the rest", have: ovs(["ip,actions=NORMAL"]), want: ["table-miss Table 0"] },
  { name: "a table without flows", have: ovs(["ip,actions=resubmit(,7)", REST]), want: ["table-miss Table 7"] },
  {
    name: "a table that is filled by learning",
    have: ovs(["ip,actions=learn(table=7,in_port=1),resubmit(,7)", REST]),
    want: [],
  },
  {
    name: "a table that nobody asks",
    have: ovs([REST, "table=3,priority=0,actions=drop"]),
    want: ["table-unreached table 3"],
  },
  {
    name: "a resubmission backwards",
    have: ovs(["priority=0,actions=resubmit(,1)", "table=1,priority=0,actions=resubmit(,0)"]),
    want: ["resubmit-backwards table 0"],
  },
  { name: "a resubmission with another port", have: ovs(["priority=0,actions=NORMAL,resubmit(2)"]), want: [] },
  { name: "a port that is not there", have: ovs(["ip,actions=clone(output:9)", REST]), want: ["missing-port 9"] },
  { name: "ports that are there", have: ovs(["ip,actions=output:1,output:p2,LOCAL", REST]), want: [] },
  {
    name: "a program that no flow calls",
    have: ovs([REST], 'hooks: { flow-hit: { mark: { extended: "r0 = 0\\nexit" } } }'),
    want: ["unused-flow-program mark"],
  },
  {
    name: "an answer that no flow hook knows",
    have: ovs(["priority=0,actions=bpf(mark),NORMAL"], 'hooks: { flow-hit: { mark: { extended: "r0 = 9\\nexit" } } }'),
    want: ["unknown-verdict 9"],
  },
  {
    name: "a profile with traps",
    have: seccomp("policies/broker.yaml"),
    want: ["clone3-eperm", "eperm-for-new-calls", "eperm-for-new-calls", "redundant-rule"],
  },
  { name: "htb without a default", have: host(HTB("0")), want: ["htb-default no default"] },
  {
    name: "a default with classes below it",
    have: host(
      'qdisc: { kind: htb, handle: "1:", default: "10", classes: { "1:10": { rate: 10mbit }, "1:11": { rate: 1mbit, parent: "1:10" } } }',
    ),
    want: ["htb-default below"],
  },
  {
    name: "a load of an extended program at tcx",
    have: host(
      'tcx: { ingress: [{ extended: "r6 = r1\\nr0 = *(u8 *)skb[23]\\nif r0 != 6 goto ok\\nr0 = 2\\nexit\\nok: r0 = -1\\nexit" }] }',
    ),
    want: ["load-accepts"],
  },
  {
    name: "a tag in the bytes of an extended program",
    have: host(
      `ingress: [{ program: { extended: "${writing("r5 = *(u16 *)(r2 + 12)\\nif r5 == 0x81 goto out", 0, [76, 80])}" }, direct-action: true }]`,
    ),
    want: ["tag-in-bytes"],
  },
  { name: "a verdict that nobody knows", have: host(`ingress: [${da("ret #3")}]`), want: ["unknown-verdict"] },
  { name: "a class without direct action", have: host(HTB("10", '[{ program: { classic: "ret #3" } }]')), want: [] },
  { name: "a default that there is not", have: host(HTB("30")), want: ["htb-default"] },
  { name: "a default that there is", have: host(HTB("10")), want: [] },
  {
    name: "fq_codel with a filter",
    have: host(`qdisc: { kind: fq_codel, handle: "1:", filters: [{ program: { classic: "ret #1" } }] }`),
    want: ["fq-codel-drops"],
  },
  { name: "fq_codel without", have: host("qdisc: { kind: fq_codel }"), want: [] },
  {
    name: "a tag in the bytes",
    have: host("", `sockets: { s: { kind: packet, interface: eth0, filter: { classic: "${TAG}" } } }`),
    want: ["tag-in-bytes"],
  },
  {
    name: "a tag as the filter language asks for it",
    have: host("", `sockets: { s: { kind: packet, interface: eth0, filter: { filter: "vlan 5" } } }`),
    want: [],
  },
  {
    name: "an extended program's constants, not those of its functions",
    have: host(
      `ingress: [{ program: { extended: "call f\\nr0 = 3\\nexit\\nf: r0 = 6\\nexit" }, direct-action: true }]`,
    ),
    want: ["unknown-verdict 3"],
  },
];

describe("netsim lint", () => {
  it.each(CASES)("finds in $name: $want", async ({ have, want }) => {
    const { out, exitCode, error } = await netsim(["lint", scratch({ "t.yaml": have }), "--json"]);
    expect(error).toBe("");
    const found = JSON.parse(out) as { rule: string; message: string }[];
    expect(found.map(({ rule }) => rule)).toEqual(want.map((one) => one.split(" ")[0]));
    for (const [i, one] of want.entries()) expect(found[i]!.message).toContain(one.split(" ").slice(1).join(" "));
    expect(exitCode).toBe(want.length > 0 ? 1 : 0);
  });

  it("has a case for each rule", () => {
    const found = new Set(CASES.flatMap(({ want }) => want.map((one) => one.split(" ")[0])));
    // What audit cannot follow, and what it finds, is audit's to test.
    const own = RULES.map(({ name }) => name).filter((name) => name !== "seccomp-undecided");
    expect([...found].sort()).toEqual([...own, "clone3-eperm", "eperm-for-new-calls", "redundant-rule"].sort());
  });

  it("tells place and hint, and takes nothing but topologies", async () => {
    const { out } = await netsim(["lint", scratch({ "t.yaml": host(HTB("30")) })]);
    expect(out).toMatch(/t\.yaml:\d+:\d+: warning\[htb-default\]: .*1:30.*unshaped\.\n {2}Let `default`/);
    expect(await netsim(["lint", "nowhere.yaml"])).toMatchObject({ exitCode: 3, out: "" });
  });
});
