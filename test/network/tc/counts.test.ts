import { describe, expect, it } from "vitest";
import { netsim } from "../../cli/fake-terminal.ts";
import { scratch } from "../../scratch.ts";

/** Three datagrams of 200 bytes from a host to one whose filters are these; neither asks for the other's address. */
const topology = (filters: string) =>
  scratch({
    "t.yaml": `
programs:
  at-228: { extended: "r0 = -1\\nr2 = *(u32 *)(r1 + 160)\\nif r2 != 228 goto out\\nr0 = 2\\nout: exit\\n" }
  grow: { extended: "r2 = *(u32 *)(r1 + 0)\\nr2 += 50\\nr3 = 0\\ncall bpf_skb_change_tail\\nr0 = -1\\nexit\\n" }
  grown: { extended: "r0 = -1\\nr2 = *(u32 *)(r1 + 0)\\nif r2 != 292 goto out\\nr2 = *(u32 *)(r1 + 160)\\nif r2 != 242 goto out\\nr0 = 2\\nout: exit\\n" }
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24, mac: 02:00:00:00:00:01 } }, tc: { eth0: { ${filters} } } }
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24, mac: 02:00:00:00:00:02 } }
    sockets: { s: { kind: udp, port: 7 } }
    tc: { eth0: { ingress: [{ protocol: ip, program: at-228, direct-action: true }] } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: a, to: b, flow: udp, port: 7, bytes: 200, count: 3, every: 1s }]
`,
  });
const show = async (filters: string, ...words: string[]) => {
  const { out, error } = await netsim(["tc", "show", topology(filters), ...words]);
  expect(error).toBe("");
  return out;
};

// Linux 6.18 says 228 of such a datagram where it comes in, 242 where it goes out, and 242 still after bpf_skb_change_tail made 292 of it.
describe("what filters count", () => {
  it("is the packet from its network header on where it comes in", async () => {
    const out = await show("", "qdisc", "--dev", "b:eth0", "-s");
    // Two that have to do with the address beside the datagrams.
    expect(out).toMatch(/qdisc clsact ffff: parent ffff:fff1 \n Sent \d+ bytes \d+ pkt \(dropped 3, /);
  });

  it("is the packet as it came to the device, whatever programs have made of it", async () => {
    const two =
      "egress: [{ program: grow, direct-action: true, protocol: ip }, { program: grown, direct-action: true, protocol: ip }]";
    expect(await show(two, "qdisc", "--dev", "a:eth0", "-s")).toMatch(
      /clsact .*\n Sent \d+ bytes \d+ pkt \(dropped 3, /,
    );
  });

  it("is counted by actions, with their ages", async () => {
    const out = await show(
      "egress: [{ protocol: ip, actions: [{ action: pipe }, { action: drop }] }]",
      "filter",
      "egress",
      "--dev",
      "a:eth0",
      "-s",
    );
    expect(out.split("\n")).toEqual([
      "filter protocol ip pref 1 matchall chain 0 ",
      "filter protocol ip pref 1 matchall chain 0 handle 0x1 ",
      "  not_in_hw (rule hit 3)",
      "\taction order 1: gact action pipe",
      "\t random type none pass val 0",
      "\t index 1 ref 1 bind 1 installed 2 sec firstused 2 sec",
      "\tAction statistics:",
      "\tSent 726 bytes 3 pkt (dropped 0, overlimits 0 requeues 0) ",
      "\tbacklog 0b 0p requeues 0",
      "",
      "\taction order 2: gact action drop",
      "\t random type none pass val 0",
      "\t index 2 ref 1 bind 1 installed 2 sec firstused 2 sec",
      "\tAction statistics:",
      "\tSent 726 bytes 3 pkt (dropped 3, overlimits 0 requeues 0) ",
      "\tbacklog 0b 0p requeues 0",
      "",
      "",
    ]);
  });

  it("is shown of each side by its name where none is asked for", async () => {
    const out = await show("egress: [{ program: grow, direct-action: true }]", "filter");
    expect(out).toMatch(/^# a:eth0 egress\nfilter [\s\S]*\n# b:eth0 ingress\nfilter /);
  });

  it("has sides only where it is about filters", async () => {
    const { exitCode, error } = await netsim(["tc", "show", topology(""), "class", "egress"]);
    expect(exitCode).toBe(2);
    expect(error).toContain("Only filters are shown by their side");
  });
});

it("shares filters by their block, also in steps, where clsact comes and goes", async () => {
  const commands = (...lines: string[]) => JSON.stringify(lines);
  const show = async (until: string, ...words: string[]) => {
    const file = scratch({
      "t.yaml": `nodes: { a: { kind: host, interfaces: { eth0: {}, eth1: {} }, tc: ${commands("qdisc add dev eth0 ingress_block 5 clsact")} } }
steps:
  - { at: 1s, node: a, tc: ${commands("qdisc add dev eth1 egress_block 5 clsact", "filter add block 5 bpf da bytecode '1,6 0 0 2'")} }
  - { at: 2s, node: a, tc: ${commands("qdisc del dev eth0 clsact", "filter add block 5 prio 3 bpf bytecode '1,6 0 0 1' action drop")} }
`,
    });
    const { out, error } = await netsim(["tc", "show", file, ...words, "--until", until]);
    expect(error).toBe("");
    return out;
  };
  expect(await show("1500ms", "qdisc", "--dev", "a:eth1")).toContain("clsact ffff: parent ffff:fff1 egress_block 5 \n");
  const filter =
    "filter block 5 protocol all pref 49152 bpf chain 0 handle 0x1 direct-action not_in_hw bytecode '1,6 0 0 2'\n";
  expect(await show("1500ms", "filter", "ingress", "--dev", "a:eth0")).toContain(filter);
  expect(await show("1500ms", "filter", "egress", "--dev", "a:eth1")).toContain(filter);
  expect(await show("2500ms", "qdisc", "--dev", "a:eth0")).not.toContain("clsact");
  expect(await show("2500ms", "filter", "ingress", "--dev", "a:eth0")).toBe("");
  expect(await show("2500ms", "filter", "egress", "--dev", "a:eth1")).toContain("pref 3 bpf chain 0 handle 0x1");
});
