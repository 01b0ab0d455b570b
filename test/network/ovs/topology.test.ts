import { describe, expect, it } from "vitest";
import { runTopology } from "../../../src/index.ts";
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
      name: "a patch port that is its own peer",
      keys: 'interfaces: { x: { type: patch, peer: "s:x" } }',
      want: /cannot be its own peer/,
    },
  ])("is refused with $name", async ({ keys, want }) => {
    await expect(run(keys)).rejects.toThrow(want);
  });
});
