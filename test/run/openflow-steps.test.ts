import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/index.ts";
import { scratch } from "../scratch.ts";

const topology = (steps: string): string => `
name: flows change
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } }, sockets: { u: { kind: udp, port: 7 } } }
  s: { kind: ovs, interfaces: { p1: {}, p2: {} }, flows: ["priority=0,actions=NORMAL"] }
links: [{ endpoints: ["a:eth0", "s:p1"] }, { endpoints: ["b:eth0", "s:p2"] }]
traffic: [{ from: a, to: b, flow: udp, port: 7, bytes: 40, count: 9, every: 1ms }]
steps:
${steps}
`;

describe("steps that change OpenFlow tables", () => {
  it("are felt by the next packet, megaflows or not", async () => {
    const steps = `
  - { at: 6500us, node: s, ofctl: ["add-flow priority=9,udp,tp_dst=7,actions=drop", "del-flows udp"] }
  - { at: 2500us, node: s, ofctl: "add-flow priority=5,udp,actions=drop" }
  - { at: 4500us, node: s, ofctl: ["mod-flows udp,actions=NORMAL"] }`;
    const { nodes } = await runTopology(scratch({ "topology.yaml": topology(steps) }));
    expect(nodes.find(({ name }) => name === "b")!.sockets).toMatchObject([{ received: 7 }]);
  });

  it("change meters, which begin anew", async () => {
    const steps = `
  - at: 1500us
    node: s
    ofctl: ["add-meter meter=1,pktps,burst,bands=type=drop,rate=1,burst_size=1", "add-flow udp,actions=meter:1,NORMAL"]
  - { at: 4500us, node: s, ofctl: "mod-meter meter=1,pktps,burst,bands=type=drop,rate=1,burst_size=2" }
  - { at: 7500us, node: s, ofctl: del-meters }`;
    const { nodes } = await runTopology(scratch({ "topology.yaml": topology(steps) }));
    // Two before the meter, one and two within its bursts, one behind it.
    expect(nodes.find(({ name }) => name === "b")!.sockets).toMatchObject([{ received: 6 }]);
  });

  it("are checked before the run, in the order of their times, all at once", async () => {
    const steps = `
  - { at: 2ms, node: s, ofctl: "add-flow ip,actions=group:3" }
  - { at: 1ms, node: s, ofctl: "add-group group_id=3,type=all" }
  - { at: 3ms, node: s, ofctl: ["del-groups 3", "add-flow ip,actions=group:3"] }
  - { at: 4ms, node: s, ofctl: add-flows web.flows }`;
    const run = runTopology(scratch({ "topology.yaml": topology(steps) }));
    await expect(run).rejects.toThrow(/no group 3[\s\S]*no command 'add-flows'[\s\S]*/);
    await expect(run).rejects.toMatchObject({ diagnostics: { length: 2 } });
  });

  it("name a switch", async () => {
    const steps = "  - { at: 1ms, node: b, ofctl: del-flows }";
    await expect(runTopology(scratch({ "topology.yaml": topology(steps) }))).rejects.toThrow("There is no switch 'b'.");
  });
});
