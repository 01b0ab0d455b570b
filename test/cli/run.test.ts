import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCapture } from "../../src/packet/capture/open-capture.ts";
import { scratch } from "../scratch.ts";
import { netsim } from "./fake-terminal.ts";

const PAIR = `
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets:
      sink: { kind: udp, port: 9 }
      sniffer: { kind: packet, interface: eth0, protocol: ip }
links: [{ endpoints: ["a:eth0", "b:eth0"], delay: 1ms }]
traffic: [{ from: a, to: b, flow: udp, port: 9, bytes: 10, count: 3, every: 10ms }]
`;
const pair = (more = "") => scratch({ "pair.yaml": `name: pair${PAIR}${more}` });

describe("netsim run", () => {
  const exits: { name: string; have: () => string[]; want: number; error?: string }[] = [
    { name: "all fine", have: () => ["run", pair()], want: 0 },
    {
      name: "expectations that hold",
      have: () => ["run", pair("expect: [{ socket: b/sink, received: 3 }]")],
      want: 0,
    },
    {
      name: "an expectation that fails",
      have: () => ["run", pair("expect: [{ socket: b/sink, received: 4 }]")],
      want: 1,
    },
    { name: "no topology given", have: () => ["run"], want: 2, error: "missing required argument 'topology'" },
    { name: "an unknown command", have: () => ["rnu"], want: 2, error: "unknown command" },
    { name: "an unknown option", have: () => ["run", pair(), "--jsno"], want: 2, error: "--json" },
    { name: "an unknown report", have: () => ["run", pair(), "--report", "xml"], want: 2, error: "text, json" },
    { name: "an unknown engine", have: () => ["run", pair(), "--engine", "warp"], want: 2, error: "interpreter" },
    { name: "a seed that is none", have: () => ["run", pair(), "--seed", "x"], want: 2, error: "whole number" },
    {
      name: "an end without a unit",
      have: () => ["run", pair(), "--until", "5"],
      want: 2,
      error: "Durations are written",
    },
    { name: "--pcap-of alone", have: () => ["run", pair(), "--pcap-of", "b/sink"], want: 2, error: "needs --pcap" },
    { name: "no such file", have: () => ["run", "nowhere.yaml"], want: 3, error: "nowhere.yaml" },
    { name: "no YAML", have: () => ["run", scratch({ "t.yaml": "a: [" })], want: 3, error: "error[yaml-syntax]" },
    {
      name: "an unknown key",
      have: () => ["run", pair("expct: []")],
      want: 3,
      error: "Did you mean",
    },
    {
      name: "a program that the kernel would refuse",
      have: () => ["run", pair('programs: { bad: { classic: "div #0\\nret #0" } }')],
      want: 4,
      error: "error[program-rejected]",
    },
    {
      name: "a program with a typing error",
      have: () => ["run", pair('programs: { bad: { classic: "retz #0" } }')],
      want: 3,
      error: "error[program-syntax]",
    },
    {
      name: "a profile that is not there",
      have: () => ["run", pair('programs: { later: { seccomp: "web.json" } }')],
      want: 3,
      error: "error[file-unreadable]",
    },
    {
      name: "a capture that is none",
      have: () => {
        const file = scratch({
          "t.yaml": `name: t${PAIR}  - { at: "b:eth0", replay: bad.pcap }`
            .replace("every: 10ms }]", "every: 10ms }]")
            .replace(/traffic: \[(.*)\]\n/, "traffic:\n  - $1\n"),
          "bad.pcap": "not a capture at all, not in the least",
        });
        return ["run", file];
      },
      want: 3,
      error: "error[bad-capture]",
    },
  ];
  it.each(exits)("$name: exits with $want", async ({ have, want, error }) => {
    const outcome = await netsim(have());
    expect(outcome).toMatchObject({ exitCode: want });
    if (error === undefined) expect(outcome.error).toBe("");
    else expect(outcome.error).toContain(error);
    expect(outcome.error).not.toMatch(/\n\s+at .*\.ts:/);
  });

  it("tells all problems of a topology at once, by position", async () => {
    const file = scratch({
      "t.yaml": "nodes:\n  a: { kind: hots }\n  b: { kind: host, intefaces: {} }\nlinks:\n  - { endpoints: [a, b] }\n",
    });
    const { exitCode, out, error } = await netsim(["run", file]);
    expect(exitCode).toBe(3);
    expect(out).toBe("");
    const places = [...error.matchAll(/^\S+t\.yaml:(\d+):\d+: error/gm)].map(([, line]) => Number(line));
    expect(places.length).toBeGreaterThanOrEqual(3);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(error).toContain(`${places.length} errors`);
  });

  it("prints the result as JSON, the same with --json and --report json", async () => {
    const file = pair();
    const { out } = await netsim(["run", file, "--json"]);
    expect(JSON.parse(out)).toMatchObject({ schemaVersion: 1, exitCode: 0, stopped: "idle" });
    expect((await netsim(["run", file, "--report", "json"])).out).toBe(out);
  });

  it("takes seed and end from the command line", async () => {
    const file = pair();
    const have = JSON.parse(
      (await netsim(["run", file, "--json", "--seed", "0xffffffffffffffff", "--until", "5ms"])).out,
    );
    expect(have).toMatchObject({ seed: "18446744073709551615", stopped: "until", time: 5_000_000 });
  });

  it("writes a capture for every socket and interface, or for those that are named", async () => {
    const file = pair();
    const all = join(dirname(file), "all");
    await netsim(["run", file, "--pcap", all]);
    expect(readdirSync(all).sort()).toEqual(["a.eth0.pcap", "b-sink.pcap", "b-sniffer.pcap", "b.eth0.pcap"]);
    const some = join(dirname(file), "deep", "er");
    await netsim(["run", file, "--pcap", some, "--pcap-of", "b/sink", "a:eth0"]);
    expect(readdirSync(some).sort()).toEqual(["a.eth0.pcap", "b-sink.pcap"]);
    expect(packetsOf(join(some, "b-sink.pcap"))).toEqual([10, 10, 10]);
    expect(packetsOf(join(all, "b-sniffer.pcap"))).toEqual([52, 52, 52]);
  });

  it("says what can be captured when a name is wrong", async () => {
    const file = pair();
    const { exitCode, error } = await netsim(["run", file, "--pcap", dirname(file), "--pcap-of", "b/snifer"]);
    expect(exitCode).toBe(2);
    expect(error).toContain("b/sniffer");
  });

  it("traces before the text report, and to standard error beside JSON", async () => {
    const file = pair();
    const text = await netsim(["run", file, "--trace"]);
    expect(text.out).toMatch(/^\d+\.\d{9} {2}#\d+ {2}a:eth0 {2}sends {2}ARP/);
    expect(text.out).toContain("delivered to b/sink");
    const json = await netsim(["run", file, "--json", "--trace"]);
    expect(JSON.parse(json.out)).toBeTypeOf("object");
    expect(json.error).toBe(text.out.slice(0, text.out.indexOf("pair  seed")));
  });

  it("traces into a file", async () => {
    const file = pair();
    const trace = join(dirname(file), "trace.txt");
    const { out, exitCode, error } = await netsim(["run", file, "--trace", trace]);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: "" });
    expect(out).toMatch(/^pair {2}seed 1/);
    expect(readFileSync(trace, "utf8")).toContain("delivered to b/sink");
  });

  it("says so when a trace or a capture cannot be written", async () => {
    const file = pair();
    for (const words of [
      ["--trace", join(file, "x")],
      ["--pcap", join(file, "x")],
    ]) {
      const { exitCode, error } = await netsim(["run", file, ...words]);
      expect(exitCode).toBe(3);
      expect(error).toContain("error[file-unwritable]");
    }
  });

  it("prints nothing with --quiet but what is wrong", async () => {
    expect(await netsim(["run", pair("expect: [{ socket: b/sink, received: 4 }]"), "--quiet"])).toEqual({
      exitCode: 1,
      out: "",
      error: "",
    });
  });

  it("counts the packets before a corrupt one, tells the byte, and exits with 3", async () => {
    const capture = readFileSync("topologies/captures/mixed.pcap");
    const file = scratch({
      "t.yaml": `nodes: { b: { kind: host, interfaces: { eth0: {} } } }
traffic: [{ at: "b:eth0", replay: cut.pcap, direction: in }]
expect: [{ interface: "b:eth0", received: 1 }]`,
      "cut.pcap": capture.subarray(0, 24 + 16 + 42 + 16 + 10),
    });
    const { exitCode, out, error } = await netsim(["run", file]);
    expect(exitCode).toBe(3);
    expect(out).toContain("received 1 (42 B)");
    expect(error).toMatch(/cut\.pcap: byte 82: error\[bad-capture\]/);
  });

  it("shows the whole of a program in quotes, where escapes and folding move what is in it", async () => {
    const { error } = await netsim(["run", pair('programs: { bad: { classic: "ret #0x100000000" } }')]);
    const [, line, caret] = error.split("\n");
    const from = caret!.indexOf("^");
    expect(line!.slice(from, caret!.lastIndexOf("^") + 1)).toContain("ret #0x100000000");
  });

  it("shows progress of a long run, and takes the line away", async () => {
    let time = 0;
    const file = scratch({
      "t.yaml": `name: t${PAIR}`.replace("count: 3, every: 10ms", "count: 100000, every: 1us"),
    });
    const clock = () => {
      time += 400;
      return time;
    };
    const { error } = await netsim(["run", file], { clock, interactive: true });
    expect(error).toMatch(/simulated, .* packets\/s/);
    expect(error.endsWith("\r\u001b[K")).toBe(true);
  });

  it("ends early with what there is when interrupted", async () => {
    const interruption = new AbortController();
    const file = scratch({ "t.yaml": `name: t${PAIR}`.replace("count: 3, every: 10ms", "for: 10s, every: 1us") });
    const clock = () => {
      interruption.abort();
      return 0;
    };
    const { exitCode, out } = await netsim(["run", file], { clock, interrupted: interruption.signal });
    expect(exitCode).toBe(130);
    expect(out).toContain("until it was interrupted");
  });

  it("leaves no capture open or half written", async () => {
    const file = pair();
    const directory = join(dirname(file), "out");
    await netsim(["run", file, "--pcap", directory]);
    for (const name of readdirSync(directory)) expect(() => packetsOf(join(directory, name))).not.toThrow();
    expect(existsSync(directory)).toBe(true);
  });
});

/** Lengths of a capture's packets. */
function packetsOf(path: string): number[] {
  const reader = openCapture(path);
  const lengths: number[] = [];
  while (reader.next()) lengths.push(reader.length);
  reader.close();
  return lengths;
}
