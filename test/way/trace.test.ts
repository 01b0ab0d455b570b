import { describe, expect, it } from "vitest";
import { netsim } from "../cli/fake-terminal.ts";
import { scratch } from "../scratch.ts";

interface Step {
  readonly where: string;
  readonly what: string;
  readonly run?: {
    readonly program: string;
    readonly context: Record<string, number>;
    readonly instructions: { index: number; text: string; place?: { file: string; line?: number } }[];
    readonly maps: { map: string; helper: string; key?: string; before?: string; after?: string }[];
    readonly returned: number;
  };
  readonly row?: { readonly does: string };
}

async function ways(...words: string[]): Promise<{ packet: number; steps: Step[] }[]> {
  const { out, exitCode, error } = await netsim(["trace", ...words, "--json"]);
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: "" });
  return JSON.parse(out);
}

/** Steps of a packet as `netsim run --trace` tells them. */
async function traced(file: string, packet: number): Promise<string[]> {
  const { out } = await netsim(["run", file, "--trace"]);
  return out.split("\n").flatMap((line) => new RegExp(`^\\S+  #${packet}  (.*)$`).exec(line)?.[1] ?? []);
}

describe("netsim trace", () => {
  it.each([
    { file: "topologies/quickstart.yaml", packet: 1 },
    { file: "topologies/quickstart.yaml", packet: 17 },
    { file: "topologies/objects.yaml", packet: 3 },
    { file: "topologies/direct-action.yaml", packet: 2 },
    { file: "topologies/plugin.yaml", packet: 1 },
  ])("tells the steps of `netsim run --trace`: $file #$packet", async ({ file, packet }) => {
    const [way] = await ways(file, "--packet", `${packet}`);
    const steps = way!.steps.filter(({ what }) => !what.startsWith("read by user space"));
    expect(steps.map(({ where, what }) => `${where}  ${what}`)).toEqual(await traced(file, packet));
    for (const { what, run } of steps) expect(run === undefined, what).toBe(!/ returned -?\d+: /.test(what));
  });

  it("shows the instructions, with lines of C, and the entry of a map that a program changed", async () => {
    const [way] = await ways("topologies/objects.yaml", "--match", "tcp port 22", "--limit", "1");
    const runs = way!.steps.flatMap(({ run }) => run ?? []);
    expect(runs.map(({ program }) => program)).toEqual(["classify", "count"]);
    const [classify, count] = runs;
    expect(classify!.instructions[0]).toMatchObject({ index: 0, text: "r6 = r1", place: { line: 41 } });
    expect(classify!.instructions.at(-1)!.text).toBe("exit");
    expect(count!.context).toMatchObject({ protocol: 8, len: 74 });
    expect(count!.maps).toEqual([
      {
        map: "bytes_of_protocol",
        helper: "map_lookup_elem",
        key: "06000000",
        before: "00".repeat(8),
        after: `4a${"00".repeat(7)}`,
      },
    ]);
  });

  it("tells what a verdict comes to in the hook's own words", async () => {
    const [way] = await ways("topologies/objects.yaml", "--packet", "1");
    expect(way!.steps.find(({ run }) => run?.program === "classify")!.row!.does).toMatch(/ends the filters/);
  });

  const TAGGED = `nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
  s: { kind: ovs, interfaces: { p1: {}, p2: { tag: 5 } }, flows: ["priority=0,actions=NORMAL"] }
links: [{ endpoints: ["a:eth0", "s:p1"] }, { endpoints: ["b:eth0", "s:p2"] }]
traffic:
  - { from: "a:eth0", to: b, packet: [{ ether: {} }, { vlan: { id: 5 } }, { ipv4: {} }, { udp: { dport: 53 } }] }
  - { from: "a:eth0", to: b, packet: [{ ether: {} }, { vlan: { id: 6 } }, { ipv4: {} }, { udp: { dport: 53 } }] }
`;
  it.each([
    { match: "vlan", want: [1, 2] },
    { match: "vlan 5 and udp port 53", want: [1] },
    { match: "vlan 6", want: [2] },
    // Behind its access port the packet has no tag.
    { match: "udp port 53", want: [1] },
  ])("sees VLAN tags on the wire as tcpdump does: $match", async ({ match, want }) => {
    const file = scratch({ "t.yaml": TAGGED });
    expect((await ways(file, "--match", match, "--limit", "2")).map(({ packet }) => packet)).toEqual(want);
  });

  it("says that nothing matches, and that an expression makes no sense", async () => {
    const file = scratch({ "t.yaml": TAGGED });
    const none = await netsim(["trace", file, "--match", "vlan 7"]);
    expect(none).toMatchObject({
      exitCode: 2,
      out: "",
      error: expect.stringContaining("No packet of the run matches 'vlan 7'."),
    });
    expect((await netsim(["trace", file, "--match", "vlan vlan vlan ("])).exitCode).toBe(3);
  });

  it("finds as many packets as are wanted, in the order in which they were made", async () => {
    const packets = (await ways("topologies/quickstart.yaml", "--match", "icmp", "--limit", "4")).map(
      (it) => it.packet,
    );
    expect(packets).toHaveLength(4);
    expect(packets).toEqual(packets.toSorted((a, b) => a - b));
  });

  it("follows a call through every filter of every process, or of one", async () => {
    const file = "topologies/sandboxed-server.yaml";
    const call = ["trace", file, "--call", "ptrace(PTRACE_ATTACH, 1, 0, 0)"];
    const { out } = await netsim(call);
    expect(out).toContain("filter sandbox  returned 0x80000000: KILL_PROCESS");
    expect(out).toContain("the process dies by SIGSYS");
    const one = JSON.parse((await netsim([...call, "--process", "server/nginx", "--json"])).out);
    expect(one).toMatchObject([{ process: "server/nginx", answer: "KILL_PROCESS", outcome: { kind: "killed" } }]);
    const [{ filters }] = one;
    expect(filters[0].instructions[0]).toEqual({ index: 0, text: "A = arch" });
    expect(filters[0].instructions.at(-1).text).toBe("return KILL_PROCESS");
  });

  it.each([
    { name: "two things", words: ["--packet", "1", "--match", "tcp"], exitCode: 2 },
    { name: "a packet that there is not", words: ["--packet", "9999"], exitCode: 2 },
    { name: "a filter that nothing matches", words: ["--match", "udp port 9999"], exitCode: 2 },
    { name: "a filter that is none", words: ["--match", "udp prt 9999"], exitCode: 3 },
    { name: "packet 0", words: ["--packet", "0"], exitCode: 2 },
    { name: "a call without processes", words: ["--call", "getpid()"], exitCode: 2 },
    { name: "a process for a packet", words: ["--packet", "1", "--process", "a/b"], exitCode: 2 },
  ])("refuses $name", async ({ words, exitCode }) => {
    const outcome = await netsim(["trace", "topologies/quickstart.yaml", ...words]);
    expect(outcome).toMatchObject({ exitCode, out: "" });
    expect(outcome.error).not.toContain("bug in netsim");
  });

  it("refuses a call that there is not", async () => {
    const words = ["trace", "topologies/sandboxed-server.yaml", "--call", "frobnicate(1)"];
    expect(await netsim(words)).toMatchObject({ exitCode: 3, out: "" });
  });
});
