import { describe, expect, it } from "vitest";
import { NetsimError } from "../../src/errors.ts";
import { builtInEngines } from "../../src/programs/built-in.ts";
import { runTopology } from "../../src/run-topology.ts";
import { scratch } from "../scratch.ts";

/** Two hosts; one sends four datagrams of 50 bytes, a millisecond apart, to the other, whose sniffer has the filter. */
const topology = (parts: string, filter = "p") => `
name: t
${parts}
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets:
      s: { kind: packet, protocol: ip, interface: eth0, filter: ${filter} }
      u: { kind: udp, port: 7 }
links: [{ endpoints: ["a:eth0", "b:eth0"], delay: 1us }]
traffic: [{ from: a, to: b, flow: udp, port: 7, bytes: 8, count: 4, every: 1ms }]
`;

const run = (yaml: string, engine = "interpreter") => runTopology(scratch({ "t.yaml": yaml }), { engine });

describe.each(builtInEngines.map(({ name }) => name))("extended programs on the %s", (engine) => {
  it("go on where an array of programs says, also when one of it has been replaced", async () => {
    const result = await run(
      topology(`
maps:
  next: { type: prog_array, key: u32, value: u32, entries: 4, contents: { 1: short } }
programs:
  p:
    extended: |
      r2 = map[next]
      r3 = 1
      call bpf_tail_call
      r0 = 0
      exit
  short: { extended: "r0 = 20\\nexit" }
steps:
  - { at: 500us, replace: { program: short, with: { extended: "r0 = 30\\nexit" } } }
  - { at: 1500us, map: next, delete: 1 }
  - { at: 1600us, replace: { program: short, with: { extended: "r0 = 30\\nexit" } } }
  - { at: 2500us, map: next, update: { key: 1, value: short } }
  - { at: 2500us, map: next, update: { key: 4, value: short }, errno: E2BIG }
expect:
  - { socket: b/s, lengths: [20, 30, 30] }
`),
      engine,
    );
    expect(result.expectations.filter(({ passed }) => !passed)).toEqual([]);
    expect(result.maps).toMatchObject([{ name: "next", entries: [{ key: 1, value: "short" }] }]);
  });

  it("share no array of programs with programs of another type", async () => {
    const caller = `{ extended: "r2 = map[next]\\nr3 = 1\\ncall bpf_tail_call\\nr0 = 2\\nexit" }`;
    const yaml = topology(`
maps:
  next: { type: prog_array, key: u32, value: u32, entries: 4 }
programs: { p: ${caller}, q: ${caller} }
`).replace("eth0: { address: 10.0.0.2/24 }", "eth0: { address: 10.0.0.2/24, xdp: q }");
    await expect(run(yaml, engine)).rejects.toThrow(/with EINVAL: map 'next' is for \w+ programs, as '[pq]' uses it/);
  });

  it("call the kernel functions that they name", async () => {
    const result = await run(
      topology(`
programs:
  p:
    extended: |
      call kfunc bpf_rcu_read_lock
      call kfunc bpf_rcu_read_unlock
      r6 = 20
      r1 = r10
      r1 += -8
      r2 = 0
      r3 = 5
      call kfunc bpf_iter_num_new
      more: r1 = r10
      r1 += -8
      call kfunc bpf_iter_num_next
      if r0 == 0 goto done
      r6 += 2
      r6 &= 0xff
      goto more
      done: r1 = r10
      r1 += -8
      call kfunc bpf_iter_num_destroy
      r0 = r6
      exit
expect:
  - { socket: b/s, lengths: [30, 30, 30, 30] }
`),
      engine,
    );
    expect(result.expectations.filter(({ passed }) => !passed)).toEqual([]);
  });

  it("see the packet's metadata, and words of their own that nobody else has", async () => {
    const result = await run(
      topology(`
maps: { seen: { type: array, key: u32, value: u32, entries: 8 } }
programs:
  p:
    extended: |
      r6 = r1
      r7 = *(u32 *)(r6 + 16)
      r7 <<= 16
      r1 = *(u32 *)(r6 + 0)
      r7 |= r1
      r1 = *(u32 *)(r6 + 48)
      if r1 != 0 goto bad
      *(u32 *)(r6 + 48) = r7
      *(u32 *)(r10 - 4) = 0
      *(u32 *)(r10 - 8) = r7
      r1 = map[seen]
      r2 = r10
      r2 += -4
      r3 = r10
      r3 += -8
      r4 = 0
      call bpf_map_update_elem
      r0 = -1
      exit
      bad: r0 = 0
      exit
`),
      engine,
    );
    expect(result.maps[0]!.entries).toEqual([{ key: 0, value: 0x0008_0032 }]);
    expect(result.nodes[1]!.sockets[0]).toMatchObject({ received: 4, dropped: 0 });
  });
});

describe("what is wrong with extended programs", () => {
  const refused: { name: string; parts: string; filter?: string; want: string; exitCode: number }[] = [
    {
      name: "the verifier refuses it",
      parts: 'programs: { p: { extended: "r0 = r2\\nexit" } }',
      want: "The kernel would refuse program 'p' as socket_filter: R2 !read_ok.",
      exitCode: 4,
    },
    {
      name: "what shall replace it is refused",
      parts:
        'programs: { p: { extended: "r0 = 1\\nexit" } }\nsteps: [{ at: 1ms, replace: { program: p, with: { extended: "r1 = 0\\nexit" } } }]',
      want: "as socket_filter: R0 !read_ok.",
      exitCode: 4,
    },
    {
      name: "what shall replace it is of another form",
      parts:
        'programs: { p: { extended: "r0 = 1\\nexit" } }\nsteps: [{ at: 1ms, replace: { program: p, with: { classic: "ret #0" } } }]',
      want: "Program 'p' is attached as socket_filter; what takes its place is classic.",
      exitCode: 3,
    },
    {
      name: "it names a map that there is not",
      parts: 'programs: { p: { extended: "r1 = map[none]\\nr0 = 0\\nexit" } }',
      want: "Program 'p' names the map 'none', which is not under `maps`.",
      exitCode: 3,
    },
    {
      name: "it calls a kernel function that there is not",
      parts: 'programs: { p: { extended: "call kfunc bpf_no_such_function\\nr0 = 0\\nexit" } }',
      want: "Program 'p' needs what netsim's verifier does not know: kernel function bpf_no_such_function",
      exitCode: 3,
    },
    {
      name: "it is of a type that the hook does not take",
      parts: 'programs: { p: { type: xdp, extended: "r0 = 0\\nexit" } }',
      want: "The socket-filter hook takes classic and socket_filter programs; 'p' is xdp.",
      exitCode: 3,
    },
    {
      name: "Linux would not make the map",
      parts:
        'maps: { m: { type: array, key: 8, value: 4, entries: 1 } }\nprograms: { p: { extended: "r0 = 0\\nexit" } }',
      want: "Linux refuses map 'm' with EINVAL.",
      exitCode: 3,
    },
    {
      name: "a map's contents do not fit",
      parts:
        'maps: { m: { type: array, key: 4, value: 4, entries: 1, contents: { 1: 1 } } }\nprograms: { p: { extended: "r0 = 0\\nexit" } }',
      want: "Linux refuses key 1 of map 'm' with E2BIG.",
      exitCode: 3,
    },
  ];
  it.each(refused)("$name", async ({ parts, filter, want, exitCode }) => {
    const error = await run(topology(parts, filter)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NetsimError);
    expect((error as NetsimError).message).toContain(want);
    expect((error as NetsimError).exitCode).toBe(exitCode);
    expect((error as NetsimError).diagnostics[0]!.place?.line).toBeGreaterThan(0);
  });

  it("fails the run where a step's change of a map ends otherwise than it should", async () => {
    const result = await run(
      topology(`
maps: { m: { type: array, key: 4, value: 4, entries: 1 } }
programs: { p: { extended: "r0 = 0\\nexit" } }
steps: [{ at: 1ms, map: m, update: { key: 1, value: 1 } }]
`),
    );
    expect(result.exitCode).toBe(1);
    expect(result.expectations).toMatchObject([{ expected: "success", got: "E2BIG", passed: false }]);
  });
});
