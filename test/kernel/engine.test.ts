import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { compare } from "../../src/compare/comparison.ts";
import { openTopology } from "../../src/open-topology.ts";
import { TOKENS } from "../../src/tokens.ts";
import { running } from "./running.ts";
import { writeTopology } from "./write-topology.ts";

const missing = "missing" in running ? ` (skipped: ${running.missing})` : "";

const FILES = readdirSync("topologies")
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => `topologies/${name}`);
/** What is said of examples that BPF_PROG_TEST_RUN cannot do. */
const WHY_NOT: Readonly<Record<string, RegExp>> = {
  "topologies/objects.yaml": /'classify' writes tc_classid, which BPF_PROG_TEST_RUN does not give back/,
  "topologies/records.yaml": /This engine puts no records into user ring buffers/,
  "topologies/classic-users.yaml": /reads values beside its data/,
  "topologies/xdp-redirect.yaml": /calls bpf_redirect_map, which acts on more than BPF_PROG_TEST_RUN gives back/,
};
const whyNotIn = (file: string): RegExp | undefined => {
  const text = readFileSync(file, "utf8");
  if (/^ +hooks: *\{ *(parser|flow|miss)|^ +hooks:$|^ +contract: plumgrid2013$/m.test(text))
    return / is at a hook of Open vSwitch/;
  if (/^tracing:/m.test(text)) return / traces events, and those of the simulated kernels are not this kernel.s/;
  return WHY_NOT[file];
};
const REFUSED_FILES = FILES.filter((file) => whyNotIn(file) !== undefined);

async function comparison(file: string) {
  const { topology, container } = await openTopology(file);
  const runner = container.get(TOKENS.TopologyRunner);
  const run = (engine: string) => ({ name: engine, topology, runner, options: { engine } });
  return (await compare([run("interpreter"), run("kernel")])).comparisons[0]!;
}

/** Two hosts; `program` stands at the socket, or on the way to it. */
function topology(
  program: string,
  where: "filter" | "ingress" | "egress" | "packet" | "xdp" | "cgroup" | "event",
): string {
  const [client, server] = [where === "egress" ? program : "", where === "ingress" ? program : ""].map((text) =>
    text === "" ? "" : `tc: { eth0: { ${where}: [{ program: p, direct-action: true }] } }`,
  );
  return `name: one
programs:
  p:
${where === "xdp" || where === "cgroup" ? `    type: ${where === "xdp" ? "xdp" : "cgroup_skb"}\n` : ""}${program}
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } }, ${client} }
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24${where === "xdp" ? ", xdp: p" : ""} } }
    ${where === "cgroup" ? "cgroups: { /: { ingress: [p] } }" : server}
    sockets:
      u: { kind: udp, port: 7${where === "filter" ? ", filter: p" : ""} }
      s: { kind: packet, interface: eth0${where === "packet" ? ", filter: p" : ""} }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: a, to: b, flow: udp, port: 7, bytes: 40, count: 3, every: 1ms }]
${where === "event" ? 'tracing: [{ program: p, tracepoint: "net:netif_receive_skb" }]' : ""}
`;
}

const classic = (text: string) => `    classic: |\n${indented(text)}`;
const extended = (text: string) => `    extended: |\n${indented(text)}`;
const indented = (text: string) =>
  text
    .split("\n")
    .map((line) => `      ${line.trim()}`)
    .join("\n");

const ALIKE = [
  {
    name: "a socket's extended program that trims by the length it sees",
    program: extended("r0 = *(u32 *)(r1 + 0)\nr0 -= 5\nexit"),
    where: "filter",
  },
  {
    name: "protocol and type of what a packet socket sees",
    program: extended("r0 = *(u32 *)(r1 + 16)\nr2 = *(u32 *)(r1 + 40)\nr0 += r2\nr0 &= 63\nexit"),
    where: "packet",
  },
  {
    name: "a classifier that marks and reads its interfaces",
    program: extended("r2 = *(u32 *)(r1 + 36)\nr3 = *(u32 *)(r1 + 40)\nr2 += r3\n*(u32 *)(r1 + 8) = r2\nr0 = 0\nexit"),
    where: "ingress",
  },
  {
    name: "a classifier that drops by a packet's byte",
    program: extended("r6 = r1\nr0 = *(u16 *)skb[36]\nif r0 == 7 goto drop\nr0 = 0\nexit\ndrop: r0 = 2\nexit"),
    where: "egress",
  },
  {
    name: "a classic program behind the transport header",
    program: classic("ldh [2]\njneq #7, drop\nret #20\ndrop: ret #0"),
    where: "filter",
  },
  {
    name: "a classic program on frames, with values beside them",
    program: classic("ld proto\njneq #0x800, all\nld mark\nadd #31\nret a\nall: ld len\nret a"),
    where: "packet",
  },
  {
    name: "a classic program with direct action",
    program: classic("ldh [12]\njneq #0x800, pass\nret #2\npass: ret #0"),
    where: "ingress",
  },
  {
    name: "an XDP program that rewrites frames by their device, and drops the second",
    program: extended(
      "r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 43\nif r4 > r3 goto pass\nr5 = *(u32 *)(r1 + 12)\n*(u8 *)(r2 + 42) = r5\nr5 = *(u8 *)(r2 + 19)\nif r5 != 2 goto pass\nr0 = 1\nexit\npass: r0 = 2\nexit",
    ),
    where: "xdp",
  },
  {
    name: "an XDP program that takes a header off, puts a longer one on, and writes into it",
    program: extended(
      "r6 = r1\nr2 = 28\ncall bpf_xdp_adjust_head\nr1 = r6\nr2 = -32\ncall bpf_xdp_adjust_head\nr2 = *(u32 *)(r6 + 0)\nr3 = *(u32 *)(r6 + 4)\nr4 = r2\nr4 += 32\nif r4 > r3 goto pass\n*(u64 *)(r2 + 0) = 1\n*(u64 *)(r2 + 8) = 2\n*(u64 *)(r2 + 16) = 3\n*(u64 *)(r2 + 24) = 4\npass: r0 = 2\nexit",
    ),
    where: "xdp",
  },
  {
    name: "an XDP program that makes frames shorter at the end, and one of them too short",
    program: extended(
      "r6 = r1\nr2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 43\nif r4 > r3 goto pass\nr2 = *(u8 *)(r2 + 19)\nr2 = -r2\ncall bpf_xdp_adjust_tail\nr1 = r6\nr2 = -4000\ncall bpf_xdp_adjust_tail\npass: r0 = 2\nexit",
    ),
    where: "xdp",
  },
  {
    name: "an XDP program that leaves metadata",
    program: extended(
      "r6 = r1\nr2 = -8\ncall bpf_xdp_adjust_meta\nr2 = *(u32 *)(r6 + 8)\nr3 = *(u32 *)(r6 + 0)\nr4 = r2\nr4 += 8\nif r4 > r3 goto pass\n*(u64 *)(r2 + 0) = 77\npass: r0 = 2\nexit",
    ),
    where: "xdp",
  },
  {
    name: "a classifier that cuts packets",
    program: extended("r2 = *(u32 *)(r1 + 0)\nr2 += -3\nr3 = 0\ncall bpf_skb_change_tail\nr0 = 0\nexit"),
    where: "ingress",
  },
  {
    name: "a classifier that makes packets longer",
    program: extended("r2 = *(u32 *)(r1 + 0)\nr2 += 300\nr3 = 0\ncall bpf_skb_change_tail\nr0 = 0\nexit"),
    where: "egress",
  },
  {
    name: "a classifier that puts room before packets",
    program: extended("r2 = 14\nr3 = 0\ncall bpf_skb_change_head\nr0 = 0\nexit"),
    where: "egress",
  },
  {
    name: "a control group's program that reads what is not its socket's",
    program: extended("r0 = *(u32 *)(r1 + 0)\nr0 &= 1\nexit"),
    where: "cgroup",
  },
] as const;

const REFUSED = [
  {
    name: "a field that is lost",
    program: extended("*(u32 *)(r1 + 72) = 5\nr0 = 0\nexit"),
    where: "ingress",
    want: "writes tc_classid",
  },
  {
    name: "a helper that acts on the network",
    program: extended("r1 = 2\nr2 = 0\ncall bpf_redirect\nexit"),
    where: "ingress",
    want: "bpf_redirect",
  },
  {
    name: "a program at an event, which is not this kernel's",
    program: extended("r0 = 0\nexit"),
    where: "event",
    want: "traces events, and those of the simulated kernels are not this kernel's",
  },
  {
    name: "a socket's address, which there is that of the packet's own making",
    program: extended("r0 = *(u32 *)(r1 + 136)\nr0 &= 1\nexit"),
    where: "cgroup",
    want: "reads local_port, which BPF_PROG_TEST_RUN has values of its own for",
  },
  {
    name: "a packet that may change at both ends",
    program: extended(
      "r6 = r1\nr2 = 14\nr3 = 0\ncall bpf_skb_change_head\nr1 = r6\nr2 = 60\nr3 = 0\ncall bpf_skb_change_tail\nr0 = 0\nexit",
    ),
    where: "ingress",
    want: "changes the packet at both ends",
  },
  {
    name: "a packet type that cannot be set",
    program: extended("r0 = *(u32 *)(r1 + 4)\nexit"),
    where: "ingress",
    want: "may read pkt_type",
  },
  {
    name: "headers before the data",
    program: classic("ldb [-2097152]\nret #20"),
    where: "filter",
    want: "reads values beside its data",
  },
  {
    name: "values that a loopback device has otherwise",
    program: classic("ld ifidx\nret a"),
    where: "packet",
    want: "reads ifidx",
  },
  {
    name: "numbers above a packet's length that are not all one",
    program: classic("ldb [0]\njeq #255, one\nret #0x7fffffff\none: ret #0xffffffff"),
    where: "ingress",
    want: "does not show",
  },
] as const;

describe.skipIf("missing" in running)(`--engine kernel${missing}`, () => {
  it.each(FILES.filter((file) => !REFUSED_FILES.includes(file)))(
    "does with each packet of %s what the interpreter does",
    async (file) => {
      const { packets, others, compared } = await comparison(file);
      expect({ packets, others }).toEqual({ packets: [], others: [] });
      // It has processes, whose calls are among the others, and no traffic.
      if (file !== "topologies/broker.yaml") expect(compared).toBeGreaterThan(0);
    },
  );

  it.each(REFUSED_FILES)("refuses %s by name", async (file) => {
    await expect(comparison(file)).rejects.toThrow(whyNotIn(file));
  });

  it("does steps that change programs, maps, links and traffic control", async () => {
    const { packets, others, compared } = await comparison("test/kernel/lab/steps.yaml");
    expect({ packets, others }).toEqual({ packets: [], others: [] });
    expect(compared).toBeGreaterThan(30);
  });

  it("runs a program of an object with the object's maps in the kernel", async () => {
    const object = `    object: ${JSON.stringify(resolve("policies/count.o"))}`;
    const { packets, others, compared } = await comparison(writeTopology(topology(object, "packet")));
    expect({ packets, others }).toEqual({ packets: [], others: [] });
    expect(compared).toBeGreaterThan(3);
  });

  it.each(ALIKE)("runs $name", async ({ program, where }) => {
    const { packets, others } = await comparison(writeTopology(topology(program, where)));
    expect({ packets, others }).toEqual({ packets: [], others: [] });
  });

  it.each(REFUSED)("refuses by name: $name", async ({ program, where, want }) => {
    await expect(comparison(writeTopology(topology(program, where)))).rejects.toThrow(want);
  });
});
