import { describe, expect, it } from "vitest";
import { NetsimError } from "../../src/errors.ts";
import { runTopology } from "../../src/run-topology.ts";
import { scratch } from "../scratch.ts";

const topology = (steps: string, traffic = "start: 1ms, every: 1ms, count: 4") => `
programs:
  drop: { type: xdp, extended: "r0 = 1\\nexit" }
  wrong: { type: xdp, extended: "r0 = r5\\nexit" }
  foreign: { type: cgroup_skb, extended: "r0 = 1\\nexit" }
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } }, sockets: { u: { kind: udp, port: 7 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
steps: [${steps}]
traffic: [{ from: a, to: b, flow: udp, port: 7, bytes: 10, ${traffic} }]
`;

const run = (steps: string) => runTopology(scratch({ "t.yaml": topology(steps) }));

describe("steps that attach and detach", () => {
  it("loses no packet that no program drops, and finds each with what was there at its time", async () => {
    const result = await runTopology("test/kernel/lab/attachments.yaml");
    expect(result.expectations.map(({ passed }) => passed)).toEqual([true, true, true, true]);
    const runs = result.programs.flatMap(({ name, attachments }) =>
      attachments.map(({ where, runs: times }) => `${name.replace(/.*:(\d+):\d+$/, "line $1")} ${where} ${times}`),
    );
    expect(runs).toEqual([
      "drop server:eth0 3",
      "pass server:eth0 4",
      "short server/sniffer 15",
      "nothing server/sniffer 26",
      "refuse server/web 5",
      "refuse server/other 5",
      "next server:eth0 15",
      "shot server:eth0 7",
      "shot client:eth0 9",
      "allow server/other 13",
      "line 34 server/plain 5",
    ]);
  });

  it.each([
    { name: "what the verifier refuses", program: "wrong", want: "R5 !read_ok" },
    {
      name: "a program of another type",
      program: "foreign",
      want: "The xdp hook takes xdp programs; 'foreign' is cgroup_skb.",
    },
  ])("refuses $name before anything runs", async ({ program, want }) => {
    const problem = await run(`{ at: 1h, attach: "b:eth0", xdp: ${program} }`).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(NetsimError);
    expect((problem as NetsimError).message).toContain(want);
  });

  it("replaces what a step has attached", async () => {
    const { nodes } = await run(`
      { at: 1500us, attach: "b:eth0", xdp: drop },
      { at: 2500us, replace: { program: drop, with: { type: xdp, extended: "r0 = 2\\nexit" } } }`);
    expect(nodes[1]!.sockets[0]!.received).toBe(3);
  });
});
