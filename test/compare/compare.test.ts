import { describe, expect, it } from "vitest";
import { netsim } from "../cli/fake-terminal.ts";
import { scratch } from "../scratch.ts";

const topology = (filter: string, more = "", extra = "") => `name: pair
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets:
      sink: { kind: udp, port: 9 }
      sniffer: { kind: packet, interface: eth0, protocol: ip, filter: { classic: "${filter}" } }
links: [{ endpoints: ["a:eth0", "b:eth0"], delay: 1ms }]
traffic: [{ from: a, to: b, flow: udp, port: 9, bytes: 10, count: 3, every: 10ms }${extra}]
${more}`;

const files = (first: string, second: string) => {
  const a = scratch({ "a.yaml": first, "b.yaml": second });
  return [a, a.replace("a.yaml", "b.yaml")] as const;
};

describe("netsim compare", () => {
  it("finds nothing where two engines do the same", async () => {
    const [file] = files(topology("ret #60"), "");
    expect(await netsim(["compare", file])).toEqual({
      exitCode: 0,
      out: "interpreter | jit\n  no difference in 5 packets\n",
      error: "",
    });
  });

  it("shows the step at which each packet's ways part, and what readers got", async () => {
    const [a, b] = files(topology("ret #60"), topology("ret #0"));
    const { exitCode, out } = await netsim(["compare", a, b, "--json"]);
    expect(exitCode).toBe(1);
    const { comparisons } = JSON.parse(out);
    expect(comparisons[0].packets).toHaveLength(3);
    expect(comparisons[0].packets[0]).toMatchObject({
      description: expect.stringMatching(/^a:eth0 {2}sends {2}10\.0\.0\.1\.\d+ > 10\.0\.0\.2\.9: UDP/),
      first: { where: "b/sniffer", what: expect.stringContaining("returned 60") },
      second: { where: "b/sniffer", what: expect.stringContaining("returned 0: not passed") },
    });
    expect(comparisons[0].others).toEqual([
      {
        what: "socket b/sniffer, packet 1 that it reads",
        first: expect.stringMatching(/^#\d+, 52 bytes with CRC32c [\da-f]{8}$/),
        second: "none",
      },
    ]);
  });

  it("matches packets by what they are, though the runs number them differently", async () => {
    const extra = ', { from: b, to: a, start: 5ms, ipv4: {}, udp: { sport: 1, dport: 1 }, payload: "x" }';
    const [a, b] = files(topology("ret #60"), topology("ret #60", "", extra));
    const { comparisons } = JSON.parse((await netsim(["compare", a, b, "--json"])).out);
    const texts = comparisons[0].packets.map(({ description }: { description: string }) => description);
    expect(texts.filter((text: string) => text.includes("10.0.0.2.9: UDP"))).toEqual([]);
    expect(texts.some((text: string) => text.includes("10.0.0.2.1 > 10.0.0.1.1"))).toBe(true);
  });

  it("gives a table for a pull request", async () => {
    const [a, b] = files(topology("ret #60"), topology("ret #20"));
    const { out } = await netsim(["compare", a, b, "--markdown"]);
    expect(out).toContain("3 packets differ of 5");
    expect(out.match(/^\| /gm)!.length).toBe(2 + 3 + 1);
  });

  it("compares what maps hold", async () => {
    const maps = (value: number) =>
      `maps: { m: { type: array, key: u32, value: u32, entries: 2, contents: { 1: ${value} } } }\n`;
    const [a, b] = files(topology("ret #60", maps(1)), topology("ret #60", maps(2)));
    const { comparisons } = JSON.parse((await netsim(["compare", a, b, "--json"])).out);
    expect(comparisons[0].others).toEqual([{ what: "map m key 1", first: "1", second: "2" }]);
  });

  it.each([
    ["two things to compare with", ["--lab", "--engines", "interpreter,jit"], 2, /one thing/],
    ["one engine", ["--engines", "jit"], 2, /two different engines/],
    ["an engine that is none", ["--engines", "jit,warp"], 2, /no engine 'warp'/],
    ["two forms", ["--json", "--markdown"], 2, /exclude each other/],
  ])("tells of %s", async (_, words, exitCode, message) => {
    const [file] = files(topology("ret #60"), "");
    const result = await netsim(["compare", file, ...words]);
    expect(result.exitCode).toBe(exitCode);
    expect(result.error).toMatch(message);
  });
});
