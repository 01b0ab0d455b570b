import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/run-topology.ts";
import { scratch } from "../scratch.ts";

async function run(text: string) {
  const result = await runTopology(scratch({ "t.yaml": text }));
  const at = (node: string, name: string) =>
    result.nodes.find((one) => one.name === node)!.interfaces.find((device) => device.name === name)!;
  const received = (node: string) => result.nodes.find((one) => one.name === node)!.sockets[0]!.received;
  const drops = Object.fromEntries(result.packets.drops.map(({ reason, packets }) => [reason, packets]));
  return { result, at, received, drops };
}

/** Datagrams of 12 from a team of three ports, 4 to each of the ports 0, 1 and 2. */
const team = (more: string) => `
nodes:
  a:
    kind: host
    interfaces:
      p0: {}
      p1: {}
      p2: {}
      team0: { address: 10.0.0.1/24, team: { ports: [p0, p1, p2], ${more} } }
  s: { kind: bridge }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } }, sockets: { u: { kind: udp, port: 1, echo: true }, v: { kind: udp, port: 2 }, w: { kind: udp, port: 3 } } }
links:
  - { endpoints: ["a:p0", "s:p0"] }
  - { endpoints: ["a:p1", "s:p1"] }
  - { endpoints: ["a:p2", "s:p2"] }
  - { endpoints: ["s:p3", "b:eth0"] }
traffic:
  - { from: a, to: b, flow: udp, port: 1, bytes: 8, count: 4, every: 1ms, start: 10ms }
  - { from: a, to: b, flow: udp, port: 2, bytes: 8, count: 4, every: 1ms, start: 20ms }
  - { from: a, to: b, flow: udp, port: 3, bytes: 8, count: 4, every: 1ms, start: 30ms }
`;
const BY_PORT = 'hash: { classic: "ldh [12]\\njne #0x800, no\\nldh [36]\\nret a\\nno: ret #0\\n" }';
const fixed = (value: number) => `hash: { classic: "ret #${value}\\n" }`;

describe("a team device", () => {
  it.each([
    { name: "no program", more: "", want: [13, 0, 0] },
    { name: "the hash modulo the number of ports", more: BY_PORT, want: [5, 4, 4] },
    { name: "all four bytes of the answer", more: fixed(0x0101_0100), want: [0, 13, 0] },
    { name: "bytes that cancel out", more: fixed(0x0202_0101), want: [13, 0, 0] },
    { name: "a map of hashes", more: `${BY_PORT}, mapping: { 1: p2, 2: p0, 0: p1 }`, want: [8, 1, 4] },
    { name: "a map without the hash", more: `${fixed(4)}, mapping: { 0: p0 }`, want: [0, 13, 0] },
  ])("sends by the port that is chosen by $name", async ({ more, want }) => {
    const { at, received } = await run(team(more === "" ? "" : `${more},`));
    expect(["p0", "p1", "p2"].map((name) => at("a", name).sent)).toEqual(want);
    expect(received("b")).toBe(4);
    // Answers, the ARP reply and what the switch floods of its own request come to the team, whatever port they came by.
    expect(at("a", "team0").received).toBe(7);
  });
});

/** Datagrams of 4 each to the ports 1 and 2, over PPP; the first keep the connection alive every 10 ms, the second come behind them. */
const ppp = (more: string) => `
nodes:
  a: { kind: host, interfaces: { ppp0: { address: 10.0.0.1/30, ppp: { ${more} } } } }
  b: { kind: host, interfaces: { ppp0: { address: 10.0.0.2/30, ppp: {} } }, sockets: { u: { kind: udp, port: 1, echo: true }, v: { kind: udp, port: 2 } } }
links: [{ endpoints: ["a:ppp0", "b:ppp0"], delay: 1us }]
traffic:
  - { from: a, to: b, flow: udp, port: 1, bytes: 8, count: 4, every: 10ms }
  - { from: a, to: b, flow: udp, port: 2, bytes: 8, count: 4, every: 10ms, start: 50ms }
`;
const OUT = 'classic: "ldb [0]\\nret a\\n"';
const IP = 'classic: "ldh [2]\\njne #0x21, no\\nldb [4]\\njne #0x45, no\\nret #1\\nno: ret #0\\n"';

describe("a PPP device", () => {
  it("needs no link-layer addresses", async () => {
    const { at, received, drops } = await run(ppp(""));
    expect(received("b")).toBe(4);
    expect(at("a", "ppp0")).toMatchObject({ sent: 8, received: 4 });
    expect(drops).toEqual({});
  });

  it.each([
    { name: "a direction, 1 for what goes out", more: `pass: { ${OUT} }`, sent: 8, received: 0 },
    { name: "PPP's protocol, and the packet", more: `pass: { ${IP} }`, sent: 8, received: 4 },
    { name: "in tcpdump's language", more: 'pass: { filter: "inbound or udp port 2" }', sent: 4, received: 0 },
    { name: "nothing", more: 'pass: { classic: "ret #0\\n" }', sent: 0, received: 0 },
  ])("passes what its filter takes: $name", async ({ more, sent, received }) => {
    const { at } = await run(ppp(more));
    expect(at("a", "ppp0")).toMatchObject({ sent, received });
  });

  it.each([
    { name: "any packet", more: "idle: 15ms", down: 4 },
    { name: "no packet", more: 'idle: 15ms, active: { classic: "ret #0\\n" }', down: 6 },
    { name: "what the active filter takes", more: 'idle: 25ms, active: { filter: "udp dst port 2" }', down: 5 },
    { name: "what comes in, too", more: "idle: 21ms", down: 0 },
  ])("is hung up once it is idle; not idle while there is $name", async ({ more, down }) => {
    const { drops } = await run(ppp(more));
    expect(drops.PPP_DOWN ?? 0).toBe(down);
  });
});
