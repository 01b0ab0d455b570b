import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/run-topology.ts";
import { scratch } from "../scratch.ts";

const returning = (type: string, value: number) => `{ type: ${type}, extended: "r0 = ${value}\\nexit" }`;

async function run(text: string) {
  const result = await runTopology(scratch({ "t.yaml": text }));
  const received: Record<string, number> = {};
  for (const node of result.nodes)
    for (const socket of node.sockets) received[`${node.name}/${socket.name}`] = socket.received;
  return {
    result,
    received,
    refused: result.traffic.map(({ refused }) => refused?.[0]?.items ?? 0),
    drops: result.packets.drops.map(({ reason, packets }) => `${reason} ${packets}`),
    counts: result.programs.map(({ attachments }) => attachments[0]),
  };
}

/** Datagrams of 4 and a connection from a to b. */
const groups = (of: { a?: string; b?: string; from?: string; socket?: string }) => `
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } ${of.a === undefined ? "" : `, cgroups: ${of.a}`} }
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets:
      u: { kind: udp, port: 7, echo: true ${of.socket === undefined ? "" : `, cgroup: ${of.socket}`} }
      t: { kind: tcp, port: 80 ${of.socket === undefined ? "" : `, cgroup: ${of.socket}`} }
      sniffer: { kind: packet, protocol: ip }
    ${of.b === undefined ? "" : `cgroups: ${of.b}`}
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
until: 100ms
traffic:
  - { from: a, to: b, flow: udp, port: 7, bytes: 8, count: 4 ${of.from === undefined ? "" : `, cgroup: ${of.from}`} }
  - { from: a, to: b, flow: tcp, port: 80, bytes: 8 ${of.from === undefined ? "" : `, cgroup: ${of.from}`} }
`;

const egress = (value: number) => `{ /: { egress: [${returning("cgroup_skb", value)}] } }`;
const ingress = (value: number) => `{ /: { ingress: [${returning("cgroup_skb", value)}] } }`;
const ALL = { "b/u": 4, "b/t": 1 };
const NONE = { "b/u": 0, "b/t": 0 };

describe("programs of control groups", () => {
  it.each([
    { name: "0 drops, and the sender hears EPERM", value: 0, want: NONE, refused: 4 },
    { name: "1 passes", value: 1, want: ALL, refused: 0 },
    { name: "2 drops, and the sender of datagrams hears nothing", value: 2, want: NONE, refused: 0 },
    { name: "3 passes", value: 3, want: ALL, refused: 0 },
  ])("egress: $name", async ({ value, want, refused }) => {
    const have = await run(groups({ a: egress(value) }));
    expect(have.received).toMatchObject(want);
    expect(have.refused[0]).toBe(refused);
    expect(have.drops.some((drop) => drop.startsWith("BPF_CGROUP_EGRESS"))).toBe(want === NONE);
  });

  it.each([
    { name: "0 keeps from sockets, and not from sniffers", value: 0, want: { ...NONE, "b/sniffer": 4 + 1 } },
    { name: "1 passes", value: 1, want: ALL },
  ])("ingress: $name", async ({ value, want }) => {
    expect((await run(groups({ b: ingress(value) }))).received).toMatchObject(want);
  });

  it("ingress: keeps the answers from who opened the connection", async () => {
    const have = await run(groups({ a: ingress(0) }));
    expect(have.received).toMatchObject({ "b/u": 4, "b/t": 0 });
  });

  it.each([
    { value: 2, place: "ingress" },
    { value: 4, place: "egress" },
  ])("refuses a program that returns $value at $place, as the verifier does", async ({ value, place }) => {
    await expect(run(groups({ a: place === "ingress" ? ingress(value) : egress(value) }))).rejects.toThrow(
      "The kernel would refuse",
    );
  });

  it("are a group's own, then its ancestors', and all run", async () => {
    const cgroups = `{ /web: { egress: [${returning("cgroup_skb", 0)}] }, /: { egress: [${returning("cgroup_skb", 1)}] } }`;
    const inside = await run(groups({ a: cgroups, from: "/web" }));
    expect(inside.received).toMatchObject(NONE);
    const outside = await run(groups({ a: cgroups }));
    expect(outside.received).toMatchObject(ALL);
    expect(inside.result.programs.map(({ attachments }) => attachments[0]!.runs)).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
    const [one, two] = inside.result.programs;
    expect(one!.attachments[0]!.runs).toBe(two!.attachments[0]!.runs);
  });

  it("see the packet from its network header on", async () => {
    const program = `{ type: cgroup_skb, extended: "r2 = *(u32 *)(r1 + 76)\\nr3 = *(u32 *)(r1 + 80)\\nr4 = r2\\nr4 += 20\\nr0 = 0\\nif r4 > r3 goto pc+3\\nr5 = *(u8 *)(r2 + 0)\\nif r5 != 0x45 goto pc+1\\nr0 = 1\\nexit" }`;
    const have = await run(groups({ a: `{ /: { egress: [${program}] } }`, b: `{ /: { ingress: [${program}] } }` }));
    expect(have.received).toMatchObject(ALL);
  });

  it("see whose packet it is: family and ports of the socket", async () => {
    const program = `{ type: cgroup_skb, extended: "r2 = *(u32 *)(r1 + 88)\\nr3 = *(u32 *)(r1 + 132)\\nr0 = 0\\nif r2 != 2 goto pc+2\\nif r3 != 0x5000 goto pc+1\\nr0 = 1\\nexit" }`;
    const have = await run(groups({ a: `{ /: { egress: [${program}] } }` }));
    // Connections to port 80 have it as their remote port; the socket of the datagrams is not connected.
    expect(have.received).toMatchObject({ "b/u": 0, "b/t": 1 });
  });

  it.each([
    { name: "let out", cgroups: egress(1), from: "/", refused: 0, answered: 2, drops: [] },
    { name: "kept in", cgroups: egress(0), from: "/", refused: 2, answered: 0, drops: ["BPF_CGROUP_EGRESS 2"] },
    {
      name: "sent by nobody in the group",
      cgroups: `{ /ping: {}, /other: { egress: [${returning("cgroup_skb", 0)}] } }`,
      from: "/ping",
      refused: 0,
      answered: 2,
      drops: [],
    },
    { name: "unanswered", cgroups: ingress(0), from: "/", refused: 0, answered: 0, drops: ["SOCKET_FILTER 2"] },
  ])(
    "judge echo requests and replies, which are a socket's: $name",
    async ({ cgroups, from, refused: want, answered, drops: lost }) => {
      const { result, refused, drops } = await run(`
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } }, cgroups: ${cgroups} }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: a, to: b, flow: icmp, bytes: 8, count: 2, cgroup: ${from} }]
`);
      expect({ refused: refused[0], answered: result.traffic[0]!.answered, drops }).toEqual({
        refused: want,
        answered,
        drops: lost,
      });
    },
  );

  it("tells of a control group that is not there", async () => {
    await expect(run(groups({ a: egress(1), from: "/wep" }))).rejects.toThrow("no control group '/wep'");
  });
});

/** Datagrams of 4 from a by r to b, and 2 from a to r. */
const rules = (r: string) => `
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } }, gateway: 10.0.0.254 }
  r:
    kind: host
    forwarding: true
    interfaces: { eth0: { address: 10.0.0.254/24 }, eth1: { address: 10.1.0.254/24 } }
    sockets: { u: { kind: udp, port: 7, echo: true } }
    ${r}
  b: { kind: host, interfaces: { eth0: { address: 10.1.0.1/24 } }, gateway: 10.1.0.254, sockets: { u: { kind: udp, port: 7 } } }
links: [{ endpoints: ["a:eth0", "r:eth0"] }, { endpoints: ["r:eth1", "b:eth0"] }]
traffic:
  - { from: a, to: b, flow: udp, port: 7, bytes: 8, count: 4 }
  - { from: a, to: "r:eth0", flow: udp, port: 7, bytes: 8, count: 2 }
  - { from: r, to: b, flow: udp, port: 7, bytes: 8, count: 1 }
`;
const classic = (value: number) => `{ classic: "ret #${value}\\n" }`;
const UDP_7 = `{ classic: "ldb [9]\\njne #17, no\\nldh [22]\\njne #7, no\\nret #1\\nno: ret #0\\n" }`;

describe("rules of iptables", () => {
  it.each([
    { name: "no rules", chains: "{}", want: { "b/u": 5, "r/u": 2 } },
    { name: "0 does not match", chains: `{ FORWARD: [{ bpf: ${classic(0)}, jump: DROP }] }`, want: { "b/u": 5 } },
    { name: "1 matches", chains: `{ FORWARD: [{ bpf: ${classic(1)}, jump: DROP }] }`, want: { "b/u": 1, "r/u": 2 } },
    {
      name: "any other matches",
      chains: `{ FORWARD: [{ bpf: ${classic(0x8000_0000)}, jump: DROP }] }`,
      want: { "b/u": 1 },
    },
    {
      name: "the data begins at the network header",
      chains: `{ INPUT: [{ bpf: ${UDP_7}, jump: DROP }] }`,
      want: { "b/u": 5, "r/u": 0 },
    },
    {
      name: "what matches may be turned round",
      chains: `{ INPUT: [{ bpf: ${UDP_7}, invert: true, jump: DROP }] }`,
      want: { "r/u": 2 },
    },
    {
      name: "the first rule that decides is the last",
      chains: `{ INPUT: [{ bpf: ${UDP_7} }, { bpf: ${UDP_7}, jump: ACCEPT }, { jump: DROP }] }`,
      want: { "r/u": 2 },
    },
    { name: "OUTPUT", chains: "{ OUTPUT: [{ out: eth1, jump: DROP }] }", want: { "b/u": 4, "r/u": 2 }, refused: 1 },
    { name: "interfaces", chains: "{ FORWARD: [{ in: eth1, jump: DROP }] }", want: { "b/u": 5 } },
    {
      name: "extended programs",
      chains: `{ INPUT: [{ bpf: ${returning("socket_filter", 5)}, jump: DROP }] }`,
      want: { "r/u": 0 },
    },
  ])("$name", async ({ chains, want, refused = 0 }) => {
    const have = await run(rules(`iptables: ${chains}`));
    expect(have.received).toMatchObject(want);
    expect(have.refused[2]).toBe(refused);
  });

  it("takes classic programs of at most 64 instructions", async () => {
    const long = `{ classic: "${"ld #1\\n".repeat(64)}ret #1\\n" }`;
    await expect(run(rules(`iptables: { INPUT: [{ bpf: ${long}, jump: DROP }] }`))).rejects.toThrow("64");
  });
});

/** Datagrams of 4 from a by r to b; r's route to b has the programs. */
const routes = (encap: string) => `
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } }, gateway: 10.0.0.254 }
  r:
    kind: host
    forwarding: true
    interfaces: { eth0: { address: 10.0.0.254/24 }, eth1: { address: 10.1.0.254/24 }, eth2: { address: 10.3.0.254/24, mac: "02:00:00:00:00:77" } }
    routes: [{ to: 10.2.0.0/24, via: 10.1.0.1, encap: { bpf: ${encap} } }]
  b: { kind: host, interfaces: { eth0: { address: 10.1.0.1/24 }, eth1: { address: 10.2.0.1/24 } }, gateway: 10.1.0.254, sockets: { u: { kind: udp, port: 7 } } }
  c: { kind: host, interfaces: { eth0: { address: 10.3.0.1/24, mac: "02:00:00:00:00:88" } }, sockets: { all: { kind: packet, protocol: ip } } }
links: [{ endpoints: ["a:eth0", "r:eth0"] }, { endpoints: ["r:eth1", "b:eth0"] }, { endpoints: ["r:eth2", "c:eth0"] }]
traffic:
  - { from: a, to: "b:eth1", flow: udp, port: 7, bytes: 8, count: 4 }
  - { from: r, to: "b:eth1", flow: udp, port: 7, bytes: 8, count: 1 }
`;
const PUSH_HEADER = `{ type: lwt_xmit, extended: "r6 = r1\\nr2 = 14\\nr3 = 0\\ncall bpf_skb_change_head\\nr1 = 4\\nr2 = 0\\ncall bpf_redirect\\nexit" }`;
const NEW_DESTINATION = `{ type: lwt_xmit, extended: "r6 = r1\\n*(u32 *)(r10 - 8) = 0x0100030a\\nr2 = 16\\nr3 = r10\\nr3 += -8\\nr4 = 4\\nr5 = 0\\ncall bpf_skb_store_bytes\\nr0 = 128\\nexit" }`;

describe("programs on routes", () => {
  it.each([
    { name: "in: OK", encap: `{ in: ${returning("lwt_in", 0)} }`, want: 5 },
    { name: "in: DROP", encap: `{ in: ${returning("lwt_in", 2)} }`, want: 1 },
    { name: "in: REDIRECT, which only xmit can do, is OK", encap: `{ in: ${returning("lwt_in", 7)} }`, want: 5 },
    { name: "in: 1 loses the packet", encap: `{ in: ${returning("lwt_in", 1)} }`, want: 1 },
    { name: "out: OK", encap: `{ out: ${returning("lwt_out", 0)} }`, want: 5 },
    { name: "out: DROP", encap: `{ out: ${returning("lwt_out", 2)} }`, want: 0 },
    { name: "out: REROUTE, which goes on", encap: `{ out: ${returning("lwt_out", 128)} }`, want: 5 },
    { name: "xmit: OK", encap: `{ xmit: ${returning("lwt_xmit", 0)} }`, want: 5 },
    { name: "xmit: DROP", encap: `{ xmit: ${returning("lwt_xmit", 2)} }`, want: 0 },
    { name: "xmit: anything else", encap: `{ xmit: ${returning("lwt_xmit", 3)} }`, want: 0 },
    {
      name: "xmit: REROUTE to the same route, until that is too often",
      encap: `{ xmit: ${returning("lwt_xmit", 128)} }`,
      want: 0,
    },
    { name: "xmit: REDIRECT without a link-layer header", encap: `{ xmit: ${returning("lwt_xmit", 7)} }`, want: 0 },
  ])("$name", async ({ encap, want }) => {
    expect((await run(routes(encap))).received["b/u"]).toBe(want);
  });

  it("redirects from xmit what has been given a link-layer header", async () => {
    expect((await run(routes(`{ xmit: ${PUSH_HEADER} }`))).received).toMatchObject({ "b/u": 0 });
  });

  it("routes anew by the destination that the program has written", async () => {
    const have = await run(routes(`{ xmit: ${NEW_DESTINATION} }`));
    expect(have.received).toMatchObject({ "b/u": 0, "c/all": 5 });
  });
});
