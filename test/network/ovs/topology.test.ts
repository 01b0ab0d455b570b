import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runTopology } from "../../../src/index.ts";
import { openCapture } from "../../../src/packet/capture/open-capture.ts";
import { scratch } from "../../scratch.ts";

/** Two hosts at a switch; one sends three datagrams to the other. */
const run = (keys: string) =>
  runTopology(
    scratch({
      "t.yaml": `nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } }, sockets: { s: { kind: udp, port: 7 } } }
  s: { kind: ovs, ${keys} }
links: [{ endpoints: ["a:eth0", "s:p1"] }, { endpoints: ["b:eth0", "s:p2"] }]
traffic: [{ from: a, to: b, flow: udp, port: 7, bytes: 10, count: 3, every: 1ms }]
`,
    }),
  );
const received = async (keys: string) => (await run(keys)).nodes.find(({ name }) => name === "b")!.sockets[0]!.received;

describe("a switch of Open vSwitch in a topology", () => {
  it.each([
    { name: "without flows does what a new bridge does, NORMAL", keys: "interfaces: { p1: {}, p2: {} }", want: 3 },
    { name: "with an empty list of flows drops", keys: "flows: []", want: 0 },
    {
      name: "does what its flows say",
      keys: 'flows: ["priority=9,udp,tp_dst=7,actions=drop", "priority=1,actions=NORMAL"]',
      want: 0,
    },
  ])("$name", async ({ keys, want }) => {
    expect(await received(keys)).toBe(want);
  });

  it.each([
    {
      name: "an action for a program that it does not have",
      keys: 'flows: ["actions=bpf(nope,1),NORMAL"]',
      want: /There is no flow-hit program 'nope'/,
    },
    {
      name: "a group that it does not have",
      keys: 'flows: ["actions=NORMAL", "udp,actions=clone(group:7)"], groups: ["group_id=2,type=all"]',
      want: /there is no group 7 \(OFPBAC_BAD_OUT_GROUP\)/,
    },
    {
      name: "a meter that it does not have",
      keys: 'flows: ["actions=meter:3,NORMAL"]',
      want: /there is no meter 3 \(OFPMMFC_INVALID_METER\)/,
    },
    {
      name: "a parenthesis that is not closed",
      keys: 'flows: ["actions=resubmit(,1"]',
      want: /resubmit: no closing parenthesis/,
    },
    {
      name: "a mode of VLANs without a tag",
      keys: "interfaces: { p1: { vlan-mode: dot1q-tunnel } }",
      want: /A port of the mode dot1q-tunnel has a VLAN of its own/,
    },
    {
      name: "a patch port that is its own peer",
      keys: 'interfaces: { x: { type: patch, peer: "s:x" } }',
      want: /cannot be its own peer/,
    },
  ])("is refused with $name", async ({ keys, want }) => {
    await expect(run(keys)).rejects.toThrow(want);
  });
});

/** What became of packets, by reason, and the switch's own counters. */
async function outcome(yaml: string) {
  const { nodes, packets } = await runTopology(scratch({ "t.yaml": yaml }));
  return {
    received: (name: string) => nodes.find((node) => node.name === name)!.sockets[0]!.received,
    drops: Object.fromEntries(packets.drops.map((drop) => [drop.reason, drop.packets])),
    switch: (name: string) => nodes.find((node) => node.name === name)!.switch!,
  };
}

const HOSTS = `  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } }, sockets: { s: { kind: udp, port: 7 } } }
`;
const DATAGRAMS = "traffic: [{ from: a, to: b, flow: udp, port: 7, bytes: 10, count: 3, every: 1ms }]\n";

describe("timeouts of flows", () => {
  // A datagram each 100 ms for two seconds; the megaflow is used all the time.
  it.each([
    { name: "end hard, whatever comes", flow: "priority=9,hard_timeout=1,udp,actions=drop", want: 10 },
    { name: "of idleness do not end while packets come", flow: "priority=9,idle_timeout=1,udp,actions=drop", want: 0 },
  ])("$name", async ({ flow, want }) => {
    const { received } = await outcome(`nodes:
${HOSTS}  s: { kind: ovs, interfaces: { p1: {}, p2: {} }, flows: ["${flow}", "priority=0,actions=NORMAL"] }
links: [{ endpoints: ["a:eth0", "s:p1"] }, { endpoints: ["b:eth0", "s:p2"] }]
traffic: [{ from: a, to: b, flow: udp, port: 7, bytes: 10, count: 20, every: 100ms }]
`);
    expect(received("b")).toBe(want);
  });
});

describe("patch ports", () => {
  it("lead from switch to switch", async () => {
    const { received } = await outcome(`nodes:
${HOSTS}  s: { kind: ovs, interfaces: { p1: {}, x: { type: patch, peer: "t:y" } } }
  t: { kind: ovs, interfaces: { p2: {}, y: { type: patch, peer: "s:x" } } }
links: [{ endpoints: ["a:eth0", "s:p1"] }, { endpoints: ["b:eth0", "t:p2"] }]
${DATAGRAMS}`);
    expect(received("b")).toBe(3);
  });

  it("of one switch that are peers lose what goes round, in Open vSwitch's terms, and not a packet more", async () => {
    const { drops, switch: counters } = await outcome(`nodes:
${HOSTS}  s:
    kind: ovs
    interfaces: { p1: {}, p2: {}, x: { type: patch, peer: "s:y" }, y: { type: patch, peer: "s:x" } }
links: [{ endpoints: ["a:eth0", "s:p1"] }, { endpoints: ["b:eth0", "s:p2"] }]
${DATAGRAMS}`);
    expect(Object.keys(drops)).toContain("OVS_RECURSION_TOO_DEEP");
    expect(counters("s").upcalls.lost).toBe(0);
    expect(counters("s").lookups.missed).toBeLessThan(20);
  });
});

describe("the switch's own port", () => {
  it("carries what its host sends and receives, as LOCAL", async () => {
    const { switch: counters } = await outcome(`nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  s:
    kind: ovs
    interfaces: { p1: {}, s: { type: internal, address: 10.0.0.9/24, mac: "02:00:00:00:09:09" } }
    flows:
      - "priority=9,icmp,in_port=1,actions=LOCAL"
      - "priority=9,icmp,in_port=LOCAL,actions=output:1"
      - "priority=0,actions=NORMAL"
links: [{ endpoints: ["a:eth0", "s:p1"] }]
traffic:
  - at: "a:eth0"
    ether: { dst: "02:00:00:00:09:09" }
    ip: { src: 10.0.0.1, dst: 10.0.0.9 }
    icmp: {}
    count: 3
    every: 1ms
`);
    const own = counters("s").ports.find(({ name }) => name === "s")!;
    expect([own.number, own.type, own.received >= 3, own.sent >= 3]).toEqual([0, "internal", true, true]);
  });
});

/** Tags with which a frame leaves by p2, having come in by p1 tagged or not. */
describe("VLAN modes of ports", () => {
  it.each([
    { name: "access to trunk", p1: "tag: 10", p2: "", frame: "", want: "8100000a" },
    { name: "trunk to access", p1: "", p2: "tag: 10", frame: "vlan: { id: 10, type: 0x88b5 }", want: "" },
    { name: "native-untagged", p1: "tag: 10", p2: "tag: 10, vlan-mode: native-untagged", frame: "", want: "" },
    { name: "native-tagged", p1: "tag: 10", p2: "tag: 10, vlan-mode: native-tagged", frame: "", want: "8100000a" },
    {
      name: "dot1q-tunnel in",
      p1: "tag: 100, vlan-mode: dot1q-tunnel",
      p2: "",
      frame: "vlan: { id: 10, type: 0x88b5 }",
      want: "88a800648100000a",
    },
    {
      name: "dot1q-tunnel with a TPID of 802.1Q",
      p1: "tag: 100, vlan-mode: dot1q-tunnel, qinq-ethtype: 802.1q",
      p2: "",
      frame: "vlan: { id: 10, type: 0x88b5 }",
      want: "810000648100000a",
    },
    {
      name: "dot1q-tunnel to dot1q-tunnel",
      p1: "tag: 100, vlan-mode: dot1q-tunnel",
      p2: "tag: 100, vlan-mode: dot1q-tunnel",
      frame: "vlan: { id: 10, type: 0x88b5 }",
      want: "8100000a",
    },
    {
      name: "dot1q-tunnel that excludes it",
      p1: "tag: 100, vlan-mode: dot1q-tunnel, cvlans: [11]",
      p2: "",
      frame: "vlan: { id: 10, type: 0x88b5 }",
      want: undefined,
    },
  ])("$name", async ({ p1, p2, frame, want }) => {
    const layers = frame === "" ? "ether: { type: 0x88b5 }" : frame;
    const file = scratch({
      "t.yaml": `nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
  s: { kind: ovs, vlan-limit: 2, interfaces: { p1: { ${p1} }, p2: { ${p2} } } }
links: [{ endpoints: ["a:eth0", "s:p1"] }, { endpoints: ["b:eth0", "s:p2"] }]
traffic: [{ at: "a:eth0", ${layers}, payload: { hex: "00112233" } }]
`,
    });
    const out = join(file, "../out");
    await runTopology(file, { pcapDirectory: out, pcapOf: ["b:eth0"] });
    const capture = openCapture(join(out, "b.eth0.pcap"));
    const tags = capture.next()
      ? Buffer.from(capture.bytes.subarray(capture.at + 12, capture.at + capture.length))
      : undefined;
    capture.close();
    // Ethertype and payload follow them.
    expect(tags?.toString("hex").split("88b5")[0]).toBe(want);
  });
});

describe("the host that a switch runs on", () => {
  // p1 and p2 are ports, s is LOCAL with an address, and eth9 an interface beside the switch.
  const nodes = `nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } }, sockets: { t: { kind: tcp, port: 80 }, u: { kind: udp, port: 7 } } }
  s:
    kind: ovs
    interfaces: { p1: {}, s: { type: internal, address: 10.0.0.9/24 }, eth9: { address: 192.0.2.9/24 } }
  c: { kind: host, interfaces: { eth0: { address: 192.0.2.1/24 } } }
links: [{ endpoints: ["a:eth0", "s:p1"] }, { endpoints: ["c:eth0", "s:eth9"] }]
`;

  it.each([
    { name: "answers by its own port", traffic: "{ from: a, to: s, flow: icmp, count: 3, every: 1ms }", want: 3 },
    { name: "sends by its own port", traffic: "{ from: s, to: a, flow: icmp, count: 3, every: 1ms }", want: 3 },
    { name: "sends by that interface", traffic: "{ from: 's:s', to: a, flow: icmp, count: 3, every: 1ms }", want: 3 },
    { name: "connects", traffic: "{ from: s, to: a, flow: tcp, port: 80, bytes: 5kB }", want: 1 },
    { name: "answers beside the switch", traffic: "{ from: c, to: s, flow: icmp, count: 2, every: 1ms }", want: 2 },
    { name: "sends beside the switch", traffic: "{ from: s, to: c, flow: icmp, count: 2, every: 1ms }", want: 2 },
  ])("$name", async ({ traffic, want }) => {
    const result = await runTopology(scratch({ "t.yaml": `${nodes}traffic: [${traffic}]\n` }));
    expect(result.traffic[0]).toMatchObject({ answered: want });
  });

  it.each([
    { name: "described packets", traffic: "{ from: s, to: a, udp: { dport: 7 }, count: 2, every: 1ms }" },
    {
      name: "whole frames by its own port",
      traffic: "{ at: 's:s', to: a, ether: {}, ip: {}, udp: { dport: 7 }, count: 2, every: 1ms }",
    },
    { name: "datagrams", traffic: "{ from: s, to: a, flow: udp, port: 7, count: 2, every: 1ms }" },
  ])("sends $name", async ({ traffic }) => {
    const { nodes: results } = await runTopology(scratch({ "t.yaml": `${nodes}traffic: [${traffic}]\n` }));
    expect(results.find(({ name }) => name === "a")!.sockets.find(({ name }) => name === "u")!.received).toBe(2);
    expect(results.find(({ name }) => name === "s")!.switch!.lookups.hit).toBeGreaterThan(0);
  });

  it.each([
    {
      name: "from a switch without an address",
      traffic: "{ from: bare, to: a, flow: icmp }",
      want: /'bare' is a switch without an address/,
    },
    {
      name: "to a switch without an address",
      traffic: "{ from: a, to: bare, flow: icmp }",
      want: /'bare' is a switch without an address/,
    },
    { name: "to a port", traffic: "{ from: a, to: 's:p1', flow: icmp }", want: /'s:p1' has no IP address/ },
    {
      name: "packets from a switch without an address",
      traffic: "{ from: bare, to: a, udp: {} }",
      want: /'bare' is a switch without an address, which sends nothing of its own/,
    },
  ])("is refused $name", async ({ traffic, want }) => {
    const bare = nodes.replace("links:", "  bare: { kind: ovs, interfaces: { q: {} } }\nlinks:");
    await expect(runTopology(scratch({ "t.yaml": `${bare}traffic: [${traffic}]\n` }))).rejects.toThrow(want);
  });
});
