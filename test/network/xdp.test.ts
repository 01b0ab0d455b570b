import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/run-topology.ts";
import { scratch } from "../scratch.ts";

/** Datagrams of 4 from a to b, whose eth0 has the program. */
const topology = (program: string, more = "", maps = "") => `
${maps}
nodes:
  a:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24, mac: "02:00:00:00:00:0a" } }
    sockets: { s: { kind: packet, interface: eth0, protocol: ip } }
  b:
    kind: host
    interfaces:
      eth0:
        address: 10.0.0.2/24
        mac: "02:00:00:00:00:0b"
        xdp:
          type: xdp
          extended: |
${program
  .trim()
  .split("\n")
  .map((line) => `            ${line}`)
  .join("\n")}
      eth1: {}
    sockets:
      u: { kind: udp, port: 7 }
      all: { kind: packet, interface: eth0, protocol: ip }
    ${more}
  c:
    kind: host
    interfaces: { eth0: {} }
    sockets: { s: { kind: packet, interface: eth0, protocol: ip } }
links:
  - { endpoints: ["a:eth0", "b:eth0"] }
  - { endpoints: ["b:eth1", "c:eth0"] }
traffic:
  - { at: "a:eth0", ether: { dst: "02:00:00:00:00:0b" }, ip: { src: 10.0.0.1, dst: 10.0.0.2 }, udp: { sport: 9, dport: 7 }, payload: { length: 100 }, count: 4 }
`;

const run = async (text: string) => {
  const result = await runTopology(scratch({ "t.yaml": text }));
  const [a, b, c] = result.nodes;
  const received = (node: typeof a, name: string) => node!.sockets.find((socket) => socket.name === name)!.received;
  return {
    a: received(a, "s"),
    u: received(b, "u"),
    all: received(b, "all"),
    c: received(c, "s"),
    drops: result.packets.drops.map(({ reason, packets }) => `${reason} ${packets}`),
    counts: result.programs[0]!.attachments[0]!,
    result,
  };
};

const returning = (value: number) => `r0 = ${value}\nexit`;
const NOTHING = { a: 0, u: 0, all: 0, c: 0 };

describe("XDP", () => {
  it.each([
    { name: "ABORTED", value: 0, want: NOTHING, outcome: { aborted: 4 } },
    { name: "DROP", value: 1, want: NOTHING, outcome: { dropped: 4 } },
    { name: "PASS", value: 2, want: { ...NOTHING, u: 4, all: 4 }, outcome: { passed: 4 } },
    { name: "TX", value: 3, want: { ...NOTHING, a: 4 }, outcome: { transmitted: 4 } },
    { name: "REDIRECT to nowhere", value: 4, want: NOTHING, outcome: { redirected: 4 } },
    { name: "5, which means nothing", value: 5, want: NOTHING, outcome: { aborted: 4, unknown: 4 } },
    { name: "-1", value: -1, want: NOTHING, outcome: { aborted: 4, unknown: 4 } },
  ])("does with $name what Linux does", async ({ value, want, outcome }) => {
    const have = await run(topology(returning(value)));
    expect(have).toMatchObject({ ...want, counts: outcome });
    const isDropped = want === NOTHING;
    expect(have.drops.filter((drop) => drop.startsWith("XDP"))).toEqual(isDropped ? ["XDP 4"] : []);
  });

  it("sends to the device that bpf_redirect names", async () => {
    expect(await run(topology("r1 = 3\nr2 = 0\ncall bpf_redirect\nexit"))).toMatchObject({ ...NOTHING, c: 4 });
  });

  it("drops what bpf_redirect sends to a device that is not there", async () => {
    const have = await run(topology("r1 = 9\nr2 = 0\ncall bpf_redirect\nexit"));
    expect(have).toMatchObject({ ...NOTHING, drops: ["XDP 4"] });
  });

  const DEVICES = `maps: { out: { type: devmap, key: u32, value: u32, entries: 4, contents: { 1: 3, 2: 2 } } }`;
  it.each([
    { name: "the device of an entry", key: 1, flags: 0, want: { ...NOTHING, c: 4 } },
    { name: "the flags' answer where the map has none", key: 0, flags: 2, want: { ...NOTHING, u: 4, all: 4 } },
    { name: "ABORTED with flags that do not exist", key: 1, flags: 32, want: NOTHING },
    { name: "all devices", key: 0, flags: 8, want: { ...NOTHING, a: 4, c: 4 } },
    { name: "all devices but the one it came by", key: 0, flags: 24, want: { ...NOTHING, c: 4 } },
  ])("takes out of a device map $name", async ({ key, flags, want }) => {
    const program = `r1 = map[out]\nr2 = ${key}\nr3 = ${flags}\ncall bpf_redirect_map\nexit`;
    expect(await run(topology(program, "", DEVICES))).toMatchObject(want);
  });

  it("hands to a processor what goes on to the protocols", async () => {
    const maps = `maps: { cpus: { type: cpumap, key: u32, value: u32, entries: 1, contents: { 0: 64 } } }`;
    const program = "r1 = map[cpus]\nr2 = 0\nr3 = 0\ncall bpf_redirect_map\nexit";
    expect(await run(topology(program, "", maps))).toMatchObject({ ...NOTHING, u: 4, all: 4 });
  });

  it("leaves metadata that traffic control reads", async () => {
    const program = `
r6 = r1
r2 = -8
call bpf_xdp_adjust_meta
if r0 != 0 goto drop
r2 = *(u32 *)(r6 + 8)
r3 = *(u32 *)(r6 + 0)
r1 = r2
r1 += 8
if r1 > r3 goto drop
*(u32 *)(r2 + 0) = 0x1234
*(u32 *)(r2 + 4) = 7
r0 = 2
exit
drop: r0 = 1
exit`;
    const classifier = `tc: { eth0: { ingress: [{ direct-action: true, program: { type: sched_cls, extended: "${[
      "r2 = *(u32 *)(r1 + 140)",
      "r3 = *(u32 *)(r1 + 76)",
      "r0 = 2",
      "r4 = r2",
      "r4 += 8",
      "if r4 > r3 goto pc+5",
      "r4 = *(u32 *)(r2 + 0)",
      "if r4 != 0x1234 goto pc+3",
      "r4 = *(u32 *)(r2 + 4)",
      "if r4 != 7 goto pc+1",
      "r0 = 0",
      "exit",
    ].join("\\n")}" } }] } }`;
    expect(await run(topology(program, classifier))).toMatchObject({ u: 4 });
    expect(await run(topology(returning(2), classifier))).toMatchObject({ u: 0 });
  });
});
