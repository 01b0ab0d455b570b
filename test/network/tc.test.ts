import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/run-topology.ts";
import { scratch } from "../scratch.ts";

/** Four datagrams of one host to another, through traffic control of the first. */
const run = (tc: string, more = "", traffic = "count: 4") =>
  runTopology(
    scratch({
      "t.yaml": `
${more}
nodes:
  a:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    tc: { eth0: ${tc} }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } }, sockets: { s: { kind: udp, port: 7 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"], rate: 1gbit }]
traffic: [{ from: a, to: b, flow: udp, port: 7, bytes: 958, ${traffic} }]
`,
    }),
  );

const returning = (value: number) => `{ classic: "ret #${value >>> 0}\\n" }`;

describe("htb chooses a class", () => {
  // Measured on Linux 6.18: the filter's flowid is 1:10, the default 1:30.
  it.each([
    [0, "1:30"],
    [-1, "1:10"],
    [0x10010, "1:10"],
    [0x10020, "1:20"],
    [0x10061, "1:30"],
    [1, "1:30"],
    [2, "1:30"],
    [0x20030, "1:30"],
    [0xffff_0000, "1:30"],
  ])("a program that returns %s: %s", async (value, want) => {
    const classes = '{ "1:10": { rate: 1gbit }, "1:20": { rate: 1gbit }, "1:30": { rate: 1gbit } }';
    const filters = `[{ flowid: "1:10", protocol: ip, program: ${returning(value)} }]`;
    const { nodes, packets } = await run(
      `{ qdisc: { kind: htb, default: "1:30", classes: ${classes} }, filters: ${filters} }`,
    );
    const used = nodes[0]!.interfaces[0]!.qdisc!.classes.filter(({ packets }) => packets >= 4);
    expect(used.map(({ classid }) => classid)).toEqual([want]);
    expect(packets.dropped).toBe(0);
  });
});

describe("rates", () => {
  /** Frames of 1000 bytes each millisecond: 8 Mbit/s, for 4 seconds. */
  const busy = (tc: string) => run(tc, "until: 4s", "every: 1ms");

  it.each([
    ["tbf", "{ qdisc: { kind: tbf, rate: 2mbit, burst: 10kB, limit: 20kB } }", 1_000_000],
    ["htb", '{ qdisc: { kind: htb, default: "1:1", classes: { "1:1": { rate: 4mbit } } } }', 2_000_000],
    [
      "htb that borrows",
      '{ qdisc: { kind: htb, default: "1:2", classes: { "1:1": { rate: 6mbit }, "1:2": { parent: "1:1", rate: 1mbit, ceil: 6mbit } } } }',
      3_000_000,
    ],
  ])("%s keeps to its rate within two per cent", async (_, tc, want) => {
    const { nodes } = await busy(tc);
    const { bytes } = nodes[0]!.interfaces[0]!.qdisc!;
    expect(Math.abs(bytes / want - 1)).toBeLessThan(0.02);
  });

  it("prio serves its first band first", async () => {
    const { nodes } = await run(
      `{ qdisc: { kind: prio, handle: "1:", filters: [{ protocol: ip, program: ${returning(0x10001)} }], classes: { "1:1": { qdisc: { kind: pfifo, limit: 2 } } } } }`,
    );
    const [first, ...others] = nodes[0]!.interfaces[0]!.qdisc!.classes;
    expect(first!.packets + first!.dropped).toBe(4);
    expect(others.every(({ dropped }) => dropped === 0)).toBe(true);
  });
});

describe("what goes in circles ends", () => {
  it.each([
    ["reclassification", `{ egress: [{ protocol: ip, actions: [{ action: reclassify }] }] }`, "TC_RECLASSIFY_LOOP"],
    [
      "a chain that goes to itself",
      `{ egress: [{ protocol: ip, actions: [{ goto-chain: 0 }] }] }`,
      "TC_RECLASSIFY_LOOP",
    ],
    ["a chain that there is not", `{ egress: [{ protocol: ip, actions: [{ goto-chain: 9 }] }] }`, "TC_CHAIN_NOTFOUND"],
    [
      "redirection to itself",
      `{ egress: [{ protocol: ip, actions: [{ redirect: { dev: eth0 } }] }] }`,
      "REDIRECT_LOOP",
    ],
  ])("%s", async (_, tc, want) => {
    const { packets } = await run(tc);
    expect(packets.drops.map(({ reason, packets: times }) => [reason, times])).toEqual([[want, 4]]);
  });
});
