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
  { name: "REDIRECT at egress", have: host(`egress: [${da("ret #7")}]`), want: [] },
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
    for (const [i, one] of want.entries()) expect(found[i]!.message).toContain(one.split(" ")[1] ?? "");
    expect(exitCode).toBe(want.length > 0 ? 1 : 0);
  });

  it("has a case for each rule", () => {
    const found = new Set(CASES.flatMap(({ want }) => want.map((one) => one.split(" ")[0])));
    expect([...found].sort()).toEqual(RULES.map(({ name }) => name).sort());
  });

  it("tells place and hint, and takes nothing but topologies", async () => {
    const { out } = await netsim(["lint", scratch({ "t.yaml": host(HTB("30")) })]);
    expect(out).toMatch(/t\.yaml:\d+:\d+: warning\[htb-default\]: .*1:30.*unshaped\.\n {2}Name one/);
    expect(await netsim(["lint", "nowhere.yaml"])).toMatchObject({ exitCode: 3, out: "" });
  });
});
