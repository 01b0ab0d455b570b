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

it("goes on where an action sends packets to a chain without filters", async () => {
  const { packets } = await run(
    "{ egress: [{ protocol: ip, actions: [{ goto-chain: 9 }] }, { protocol: ip, actions: [{ action: drop }] }] }",
  );
  expect(packets.drops.filter(({ reason }) => reason === "TC_EGRESS")).toEqual([]);
});

describe("commands while packets move", () => {
  /** A frame of 1000 bytes each millisecond, for three seconds. */
  const busy = (commands: string, steps: string) =>
    run(commands, `until: 3s\nsteps: ${steps}`, "every: 1ms").then(({ nodes, packets }) => ({
      qdisc: nodes[0]!.interfaces[0]!.qdisc,
      sent: nodes[0]!.interfaces[0]!.sentBytes,
      packets,
    }));
  const htb = `{ qdisc: { kind: htb, default: "1:1", classes: { "1:1": { rate: 4mbit } } } }`;
  const step = (at: string, ...lines: string[]) => `{ at: ${at}, node: a, tc: ${JSON.stringify(lines)} }`;

  it("give a class another rate", async () => {
    const { qdisc } = await busy(htb, `[${step("1s", "class change dev eth0 classid 1:1 htb rate 2mbit")}]`);
    expect(Math.abs(qdisc!.bytes / 1_000_000 - 1)).toBeLessThan(0.02);
  });

  it("put classes beside others, and filters that choose them", async () => {
    const add = step(
      "1s",
      "class add dev eth0 parent 1: classid 1:2 htb rate 800kbit",
      "filter add dev eth0 parent 1: matchall flowid 1:2",
    );
    const { qdisc } = await busy(
      htb,
      `[${add}, ${step("2s", "filter del dev eth0 parent 1: prio 49152", "class del dev eth0 classid 1:2")}]`,
    );
    expect(qdisc!.classes.map(({ classid }) => classid)).toEqual(["1:1"]);
    // Four megabits a second, but for the second in which the backlog went on beside 0.8.
    expect(qdisc!.bytes).toBeGreaterThan(1_500_000);
    expect(qdisc!.dropped).toBeGreaterThan(800);
  });

  it("put another discipline at the root, in a class, and none at all", async () => {
    const { qdisc, sent, packets } = await busy(
      htb,
      `[${step("1s", "qdisc add dev eth0 parent 1:1 pfifo limit 1")}, ${step("2s", "qdisc replace dev eth0 root fq")}, ${step("2500ms", "qdisc del dev eth0 root")}]`,
    );
    expect(qdisc).toBeUndefined();
    // Half a megabyte a second for two seconds, then everything.
    expect(Math.abs(sent / 2_000_000 - 1)).toBeLessThan(0.02);
    expect(packets.drops.map(({ reason }) => reason).sort()).toEqual(["QDISC_DROP", "QDISC_RESET"]);
  });

  it("hang filters on a side and take them off", async () => {
    const { packets } = await busy(
      "{ egress: [] }",
      `[${step("1s", "filter add dev eth0 egress matchall action drop")}, ${step("2s", "filter del dev eth0 egress")}]`,
    );
    expect(packets.drops).toEqual([expect.objectContaining({ reason: "TC_EGRESS", packets: 1000 })]);
  });
});
