import { describe, expect, it } from "vitest";
import { NetsimError, runTopology } from "../../src/index.ts";
import { scratch } from "../scratch.ts";

/** A host `router` between `a` and `b`, whose program at `west` sends frames on by a map. @param map under `maps`. */
const redirecting = (map: string, more = "") => `name: names
maps:
  ways: ${map}
programs:
  onward:
    type: xdp
    extended: |
      r1 = map[ways]
      r2 = 0
      r3 = 2
      call bpf_redirect_map
      exit
nodes:
  a: { kind: host, interfaces: { eth0: {} } }
  router: { kind: host, interfaces: { west: { xdp: onward } } }
  b: { kind: host, interfaces: { eth0: {} } }
links:
  - { endpoints: ["a:eth0", "router:west"] }
  - { endpoints: ["router:east", "b:eth0"] }
traffic: [{ at: "a:eth0", ether: { type: 0x88b5 }, payload: { hex: "00" }, count: 3 }]
${more}`;

/** A host with a process's socket in /web, whose program at the device counts what its control group sends. */
const grouped = (groups: string) => `name: groups
maps:
  groups: ${groups}
  counts: { type: array, key: u32, value: u64, entries: 2 }
programs:
  count:
    type: sched_cls
    extended: |
      r2 = map[groups]
      r3 = 0
      call bpf_skb_under_cgroup
      if r0 != 1 goto out
      *(u32 *)(r10 -4) = 1
      r1 = map[counts]
      r2 = r10
      r2 += -4
      call bpf_map_lookup_elem
      if r0 == 0 goto out
      r1 = 1
      lock *(u64 *)(r0 +0) += r1
      out: r0 = 0
      exit
nodes:
  client:
    kind: host
    cgroups: { /web/api: {}, /batch: {} }
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    sockets:
      api: { kind: tcp, port: 80, cgroup: /web/api }
    tc: { eth0: { tcx: { egress: [count] } } }
  server: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
links: [{ endpoints: ["client:eth0", "server:eth0"] }]
`;

const run = async (text: string, engine = "interpreter") => runTopology(scratch({ "topology.yaml": text }), { engine });
const problems = async (text: string) =>
  run(text).then(
    () => [],
    (error: unknown) => {
      if (error instanceof NetsimError) return error.diagnostics.map(({ message }) => message);
      throw error;
    },
  );

describe("devices in values of maps", () => {
  const cases = [
    { name: "of a devmap", map: '{ type: devmap, key: u32, value: u32, entries: 1, contents: { 0: "router:east" } }' },
    {
      name: "of a devmap_hash whose values have room for a program",
      map: '{ type: devmap_hash, key: u32, value: { ifindex: u32, program: u32 }, entries: 1, contents: { 0: { ifindex: "router:east" } } }',
    },
  ];
  it.each(cases)("$name", async ({ map }) => {
    const { nodes, maps } = await run(redirecting(map, "expect: [{ map: ways, entries: 1 }]"));
    expect(nodes.find(({ name }) => name === "b")?.interfaces[0]).toMatchObject({ received: 3 });
    expect(JSON.stringify(maps[0]?.entries)).toContain("3");
  });

  it("of any map, by the layout `device`; checks name them, too", async () => {
    const map =
      '{ type: hash, key: device, value: { to: device }, entries: 2, contents: [{ key: "router:lo", value: { to: "b:eth0" } }] }';
    const more = 'expect: [{ map: ways, key: "a:lo", value: { to: "a:eth0" } }]';
    const text = redirecting("{ type: devmap, key: u32, value: u32, entries: 1 }", more)
      .replace("  ways:", `  other: ${map}\n  ways:`)
      .replace("map: ways", "map: other");
    const { expectations } = await run(text);
    expect(expectations).toMatchObject([{ passed: true }]);
  });

  it("are refused where there are none", async () => {
    const map = (device: string) =>
      redirecting(`{ type: devmap, key: u32, value: u32, entries: 1, contents: { 0: "${device}" } }`);
    expect(await problems(map("router:est"))).toEqual(["'router' has no interface 'est'."]);
    expect(await problems(map("c:eth0"))).toEqual(["'c:eth0' names no device: there is no such node."]);
  });
});

describe("control groups in values of maps", () => {
  const traffic = "traffic: [{ from: server, to: client, flow: tcp, port: 80, bytes: 10 }]\n";
  const cases = [
    { name: "the group above", value: "client/web", counted: true },
    { name: "the group itself", value: "client/web/api", counted: true },
    { name: "another group", value: "client/batch", counted: false },
  ];
  it.each(cases)("hold what is below them: $name", async ({ value, counted }) => {
    const groups = `{ type: cgroup_array, key: u32, value: u32, entries: 1, contents: { 0: ${value} } }`;
    for (const engine of ["interpreter", "jit"]) {
      const { maps } = await run(`${grouped(groups)}${traffic}`, engine);
      expect(maps.find(({ name }) => name === "groups")?.entries).toEqual([{ key: 0, value }]);
      expect(maps.find(({ name }) => name === "counts")?.entries.length).toBe(counted ? 1 : 0);
    }
  });

  it("are put there by steps", async () => {
    const groups = "{ type: cgroup_array, key: u32, value: u32, entries: 1 }";
    const steps = "steps: [{ at: 0s, map: groups, update: { key: 0, value: client/web } }]\n";
    const { maps } = await run(`${grouped(groups)}${traffic}${steps}`);
    expect(maps.find(({ name }) => name === "counts")?.entries.length).toBe(1);
  });

  it("are refused where there are none", async () => {
    const groups = (value: string) =>
      grouped(`{ type: cgroup_array, key: u32, value: u32, entries: 1, contents: { 0: ${value} } }`);
    expect(await problems(groups("client/wep"))).toEqual(["'client' has no control group '/wep'."]);
    expect(await problems(groups("web"))).toEqual(["'web' does not name a control group of a host."]);
  });
});
