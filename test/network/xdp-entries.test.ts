import { describe, expect, it } from "vitest";
import { NetsimError } from "../../src/errors.ts";
import { runTopology } from "../../src/run-topology.ts";
import { scratch } from "../scratch.ts";

interface Setup {
  /** Of the devmap `ports` and the cpumap `cpus`. */
  readonly ports?: string;
  readonly cpus?: string;
  /** What `entry` is. */
  readonly entry: string;
  /** What b's eth0 does with frames. */
  readonly device?: string;
  readonly more?: string;
}

const block = (text: string, indent: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => `${indent}${line.trim()}`)
    .join("\n");

const TO_PORTS = "r1 = map[ports]\nr2 = 0\nr3 = 1\ncall bpf_redirect_map\nexit";
const TO_CPUS = "r1 = map[cpus]\nr2 = 0\nr3 = 1\ncall bpf_redirect_map\nexit";

/** 4 datagrams from a to b, which redirects them. */
const topology = ({ ports = "{}", cpus = "{}", entry, device = TO_PORTS, more = "" }: Setup) => `
maps:
  ports: { type: devmap, key: u32, value: { to: device, program: u32 }, entries: 2, contents: ${ports} }
  cpus: { type: cpumap, key: u32, value: { queue: u32, program: u32 }, entries: 1, contents: ${cpus} }
  seen: { type: array, key: u32, value: u64, entries: 1 }
programs:
  entry:
    type: xdp
    extended: |
${block(entry, "      ")}
  pass: { type: xdp, extended: "r0 = 2\\nexit" }
  drop: { type: xdp, extended: "r0 = 1\\nexit" }
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b:
    kind: host
    interfaces:
      eth0:
        address: 10.0.0.2/24
        mac: "02:00:00:00:00:0b"
        xdp:
          type: xdp
          extended: |
${block(device, "            ")}
      eth1: {}
    sockets: { u: { kind: udp, port: 7 } }
  c:
    kind: host
    interfaces: { eth0: {} }
    sockets: { s: { kind: packet, interface: eth0, protocol: ip } }
links:
  - { endpoints: ["a:eth0", "b:eth0"] }
  - { endpoints: ["b:eth1", "c:eth0"] }
traffic:
  - at: "a:eth0"
    ether: { dst: "02:00:00:00:00:0b" }
    ip: { src: 10.0.0.1, dst: 10.0.0.2 }
    udp: { sport: 9, dport: 7 }
    payload: { length: 100 }
    count: 4
    every: 1ms
${more}
`;

const run = async (setup: Setup) => {
  const result = await runTopology(scratch({ "t.yaml": topology(setup) }));
  const received = (node: number) => result.nodes[node]!.sockets[0]!.received;
  const entry = result.programs.find(({ name }) => name === "entry")!;
  return {
    u: received(1),
    c: received(2),
    entry: entry.attachments[0],
    seen: result.maps.find(({ name }) => name === "seen")!.entries![0]?.value,
    drops: result.packets.drops.filter(({ reason }) => reason === "XDP").map(({ where }) => where),
    result,
  };
};

const EAST = '{ 0: { to: "b:eth1", program: entry } }';
const CPU = "{ 0: { queue: 8, program: entry } }";
const returning = (value: number) => `r0 = ${value}\nexit`;
/** Stores r7 in the map `seen`, and passes. */
const see = (text: string) => `${text}
  *(u32 *)(r10 -4) = 0
  *(u64 *)(r10 -16) = r7
  r1 = map[seen]
  r2 = r10
  r2 += -4
  r3 = r10
  r3 += -16
  r4 = 0
  call bpf_map_update_elem
  r0 = 2
  exit`;

describe("programs in values of devmaps", () => {
  it.each([
    { returns: 0, c: 0, outcome: { aborted: 4, unknown: 0 } },
    { returns: 1, c: 0, outcome: { dropped: 4 } },
    { returns: 2, c: 4, outcome: { passed: 4 } },
    { returns: 3, c: 0, outcome: { aborted: 4, unknown: 4 } },
    { returns: 4, c: 0, outcome: { aborted: 4, unknown: 4 } },
    { returns: 5, c: 0, outcome: { aborted: 4, unknown: 4 } },
    { returns: -1, c: 0, outcome: { aborted: 4, unknown: 4 } },
  ])("does with $returns what Linux does", async ({ returns, c, outcome }) => {
    const have = await run({ ports: EAST, entry: returning(returns) });
    expect(have).toMatchObject({ c, u: 0, entry: { hook: "xdp-devmap", where: "map ports key 0", ...outcome } });
    expect(have.drops).toEqual(c === 0 ? ["b:eth1"] : []);
  });

  it.each([
    { name: "the device that sends", text: "r7 = *(u32 *)(r1 +20)", want: 3 },
    { name: "the device that it came in by", text: "r7 = *(u32 *)(r1 +12)", want: 2 },
    { name: "no queue", text: "r7 = *(u32 *)(r1 +16)\nr7 += 5", want: 5 },
    { name: "the metadata", text: "r7 = *(u32 *)(r1 +0)\nr2 = *(u32 *)(r1 +8)\nr7 -= r2", want: 8 },
  ])("is told $name", async ({ text, want }) => {
    const device = `r6 = r1\nr2 = -8\ncall bpf_xdp_adjust_meta\n${TO_PORTS}`;
    expect(await run({ ports: EAST, device, entry: see(text) })).toMatchObject({ c: 4, seen: want });
  });

  it("may be written in place", async () => {
    const ports = '{ 0: { to: "b:eth1", program: { type: xdp, extended: "r0 = 2\\nexit" } } }';
    expect(await run({ ports, entry: returning(1) })).toMatchObject({ c: 4, entry: undefined });
  });

  it("finds what is left of the room before the frame", async () => {
    const device = `r6 = r1\nr2 = -200\ncall bpf_xdp_adjust_head\n${TO_PORTS}`;
    const grow = (bytes: number) => see(`r2 = ${-bytes}\ncall bpf_xdp_adjust_head\nr7 = r0`);
    expect(await run({ ports: EAST, device, entry: grow(16) })).toMatchObject({ seen: undefined });
    expect(await run({ ports: EAST, device, entry: grow(17) })).toMatchObject({ seen: "18446744073709551594" });
  });

  it("is replaced on live traffic, and put in and taken out", async () => {
    const steps = `steps:
  - { at: 1500us, replace: { program: entry, with: drop } }
  - { at: 2500us, map: ports, update: { key: 0, value: { to: "b:eth1", program: pass } } }
  - { at: 2600us, map: ports, dump: true }
  - { at: 2700us, map: ports, delete: 0 }`;
    const { result, c, entry } = await run({ ports: EAST, entry: returning(2), more: steps });
    expect({ c, entry }).toMatchObject({ c: 2, entry: { passed: 2, dropped: 1 } });
    const ports = result.maps.find(({ name }) => name === "ports")!;
    expect(ports.dumps![0]!.entries).toEqual([{ key: 0, value: { to: 3, program: "pass" } }]);
    expect(ports.entries).toEqual([]);
  });
});

describe("programs in values of cpumaps", () => {
  it.each([
    { returns: 0, u: 0, outcome: { dropped: 4, unknown: 4 } },
    { returns: 1, u: 0, outcome: { dropped: 4, unknown: 0 } },
    { returns: 2, u: 4, outcome: { passed: 4 } },
    { returns: 3, u: 0, outcome: { dropped: 4, unknown: 4 } },
    { returns: 4, u: 0, outcome: { redirected: 4 } },
    { returns: 5, u: 0, outcome: { dropped: 4, unknown: 4 } },
  ])("does with $returns what Linux does", async ({ returns, u, outcome }) => {
    const have = await run({ cpus: CPU, device: TO_CPUS, entry: returning(returns) });
    expect(have).toMatchObject({ u, c: 0, entry: { hook: "xdp-cpumap", where: "map cpus key 0", ...outcome } });
  });

  it("sends on through a devmap, whose program runs then", async () => {
    const ports = '{ 0: { to: "b:eth1", program: pass } }';
    const { c, result } = await run({ cpus: CPU, ports, device: TO_CPUS, entry: TO_PORTS });
    const passed = result.programs.find(({ name }) => name === "pass")!.attachments[0]!;
    expect({ c, runs: passed.runs }).toEqual({ c: 4, runs: 4 });
  });

  it("loses a frame that processors hand on and on", async () => {
    const { drops, entry } = await run({ cpus: CPU, device: TO_CPUS, entry: TO_CPUS });
    expect({ drops, runs: entry!.runs }).toEqual({ drops: ["b:eth0"], runs: 4000 });
  });
});

describe("what is wrong with programs in values", () => {
  it.each([
    { name: "no such program", ports: '{ 0: { to: "b:eth1", program: other } }', want: "There is no program 'other'." },
    { name: "a list", ports: '{ 0: { to: "b:eth1", program: [entry] } }', want: "is no program." },
    { name: "a number", ports: '{ 0: { to: "b:eth1", program: 7 } }', want: "'7' is no program." },
    {
      name: "a key beyond the last",
      ports: '{ 9: { to: "b:eth1", program: entry } }',
      want: "Linux refuses key 9 of map 'ports' with E2BIG.",
    },
    {
      name: "a queue that is too long",
      cpus: "{ 0: { queue: 99999, program: entry } }",
      want: "Linux refuses key 0 of map 'cpus' with EOVERFLOW.",
    },
    {
      name: "a program that the verifier refuses",
      ports: EAST,
      entry: "r0 = r5\nexit",
      want: "The kernel would refuse program 'entry' as xdp: R5 !read_ok.",
    },
    {
      name: "what only a devmap's program may read",
      cpus: CPU,
      entry: "r0 = *(u32 *)(r1 +20)\nexit",
      want: "The kernel would refuse program 'entry' as xdp: invalid bpf_context access off=20 size=4.",
    },
    {
      name: "a program of a later step",
      ports: "{}",
      entry: "r0 = r5\nexit",
      more: 'steps: [{ at: 1ms, map: ports, update: { key: 0, value: { to: "b:eth1", program: entry } } }]',
      want: "The kernel would refuse program 'entry' as xdp: R5 !read_ok.",
    },
    {
      name: "a test of which program there is",
      more: 'expect: [{ map: ports, key: 0, value: { to: "b:eth1", program: entry } }]',
      want: "Which program a value has in 'program' is not tested.",
    },
  ])("$name", async ({ want, name: _, ...setup }) => {
    const problem = await run({ entry: returning(2), ...setup }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(problem).toBeInstanceOf(NetsimError);
    expect((problem as NetsimError).diagnostics[0]!.message).toContain(want.replace(/\.$/, ""));
  });
});
