import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NetsimError } from "../../src/errors.ts";
import { openCapture } from "../../src/packet/capture/open-capture.ts";
import { PcapWriter } from "../../src/packet/capture/pcap-writer.ts";
import type { RunResult } from "../../src/run/result.ts";
import type { RunOptions } from "../../src/run/run-options.ts";
import { runTopology } from "../../src/run-topology.ts";
import { COUNTERS } from "../../src/topology/counters.ts";
import { scratch } from "../scratch.ts";

/** Two hosts on a cable that carries a packet in 1 ms, b with a sink on port 9 and a sniffer. */
const PAIR = `
name: pair
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets:
      sink: { kind: udp, port: 9 }
      sniffer: { kind: packet, interface: eth0, protocol: ip, filter: cut }
programs: { cut: { classic: "ret #20" } }
links: [{ endpoints: ["a:eth0", "b:eth0"], delay: 1ms }]
`;
const FLOW = "traffic: [{ from: a, to: b, flow: udp, port: 9, bytes: 10, count: 10, every: 10ms }]\n";

const run = (text: string, options: RunOptions = {}) => runTopology(scratch({ "t.yaml": text }), options);
const socket = (result: RunResult, name: string) =>
  result.nodes.flatMap(({ sockets }) => sockets).find((candidate) => candidate.name === name)!;

describe("steps", () => {
  const cases = [
    {
      name: "replace a program between two packets, wherever it is attached",
      have: 'steps: [{ at: 45ms, replace: { program: cut, with: { classic: "ret #0" } } }]',
      want: { sniffer: { seen: 10, received: 5, dropped: 5 }, sink: { received: 10 } },
    },
    {
      name: "cut a link, and mend it",
      have: 'steps: [{ at: 25ms, cut: "a:eth0" }, { at: 55ms, mend: "b:eth0" }]',
      want: { sniffer: { seen: 7 }, sink: { received: 7 } },
    },
    {
      name: "a cut takes what is on the wire",
      have: 'steps: [{ at: 20500us, cut: "a:eth0" }, { at: 21500us, mend: "a:eth0" }]',
      want: { sniffer: { seen: 9 }, sink: { received: 9 } },
    },
    {
      name: "impair one direction",
      have: 'steps: [{ at: 45ms, impair: "a:eth0", from: "a:eth0", loss: 100% }]',
      want: { sniffer: { seen: 5 }, sink: { received: 5 } },
    },
    {
      name: "impairing the other direction changes nothing for what a sends",
      have: 'steps: [{ at: 45ms, impair: "a:eth0", from: "b:eth0", loss: 100% }]',
      want: { sniffer: { seen: 10 }, sink: { received: 10 } },
    },
  ];
  it.each(cases)("$name", async ({ have, want }) => {
    const result = await run(`${PAIR}${FLOW}${have}`);
    expect(socket(result, "sniffer")).toMatchObject(want.sniffer);
    expect(socket(result, "sink")).toMatchObject(want.sink);
    expect(result.packets.created + result.packets.copied).toBe(result.packets.delivered + result.packets.dropped);
  });

  it("counts replacements in the result", async () => {
    const result = await run(
      `${PAIR}${FLOW}steps: [{ at: 1ms, replace: { program: cut, with: { classic: "ld len\\nret a" } } }]`,
    );
    expect(result.programs).toMatchObject([{ name: "cut", instructions: 2, replaced: 1 }]);
  });

  it("refuses a program that a later step would put in, before anything runs", async () => {
    const text = `${PAIR}${FLOW}steps: [{ at: 1ms, replace: { program: cut, with: { classic: "ld M[0]\\nret a" } } }]`;
    await expect(run(text)).rejects.toMatchObject({ exitCode: 4 });
  });
});

describe("a faulty program", () => {
  it("is told of once, however many steps name it", async () => {
    const programs = 'programs: { cut: { classic: "ret #20" }, bad: { classic: "ld M[0]\\nret a" } }';
    const text = PAIR.replace(/programs:.*/, programs);
    const steps =
      "steps: [{ at: 1ms, replace: { program: cut, with: bad } }, { at: 2ms, replace: { program: cut, with: bad } }]";
    const error = await run(`${text}${FLOW}${steps}`).catch((each: unknown) => each);
    expect((error as NetsimError).diagnostics).toHaveLength(1);
  });
});

describe("the end of a run", () => {
  const cases = [
    { name: "nothing left", have: FLOW, want: { stopped: "idle", packets: { queued: 0 } } },
    { name: "until", have: `${FLOW}until: 50ms`, want: { stopped: "until", time: 50_000_000 } },
    {
      name: "packets on the wire are counted",
      have: `${FLOW}until: 50500us`,
      want: { stopped: "until", packets: { queued: 1 } },
    },
    {
      name: "max-packets",
      have: `${FLOW}max-packets: 5`,
      want: { stopped: "max-packets", packets: { created: 5 } },
    },
  ];
  it.each(cases)("$name", async ({ have, want }) => {
    expect(await run(PAIR + have)).toMatchObject(want);
  });

  it("options go before the topology", async () => {
    const result = await run(`${PAIR}${FLOW}until: 50ms\nseed: 3`, { until: 5_000_000, seed: 9n, maxPackets: 1000 });
    expect(result).toMatchObject({ stopped: "until", time: 5_000_000, seed: "9" });
  });
});

describe("expectations", () => {
  const cases = [
    { name: "a count", have: "{ socket: b/sink, received: 10 }", want: [true] },
    { name: "a comparison", have: '{ socket: b/sink, received: "> 10" }', want: [false] },
    { name: "a range", have: '{ socket: b/sink, received: "8..10", receivedBytes: "1..5" }', want: [true, false] },
    { name: "lengths in order", have: `{ socket: b/sink, lengths: [${Array(10).fill(10)}] }`, want: [true] },
    { name: "too few lengths", have: "{ socket: b/sink, lengths: [10, 10] }", want: [false] },
    { name: "trimmed lengths", have: `{ socket: b/sniffer, lengths: [${Array(10).fill(20)}] }`, want: [true] },
    { name: "contents", have: '{ socket: b/sink, contains: [{ hex: "0102 03" }, "zz"] }', want: [true, false] },
    {
      name: "what was trimmed away is not received",
      have: '{ socket: b/sniffer, contains: { hex: "0102 03" } }',
      want: [false],
    },
    { name: "an interface", have: '{ interface: "a:eth0", sent: 11 }', want: [true] },
    { name: "a link", have: '{ link: "a:eth0", delivered: 12 }', want: [true] },
    { name: "a link's direction", have: '{ link: "a:eth0", from: "b:eth0", delivered: 1 }', want: [true] },
    { name: "drops by reason", have: "{ drops: NO_SOCKET, count: 0 }", want: [true] },
    { name: "totals", have: '{ run: { dropped: 0, created: "> 10" } }', want: [true, true] },
  ];
  it.each(cases)("$name", async ({ have, want }) => {
    const result = await run(`${PAIR}${FLOW}expect: [${have}]`);
    expect(result.expectations.map(({ passed }) => passed)).toEqual(want);
    expect(result.exitCode).toBe(want.includes(false) ? 1 : 0);
  });

  it("can name only what the result has, and what it has is described", async () => {
    const result = await run(PAIR + FLOW);
    const numbers = (thing: object) => Object.keys(thing).filter((key) => Number.isFinite(Reflect.get(thing, key)));
    // Only sockets with a server have `served`.
    expect(Object.keys(COUNTERS.socket).sort()).toEqual([...numbers(socket(result, "sink")), "served"].sort());
    expect(Object.keys(COUNTERS.interface).sort()).toEqual(numbers(result.nodes[0]!.interfaces[0]!).sort());
    expect(Object.keys(COUNTERS.link).sort()).toEqual(numbers(result.links[0]!.directions[0]!).sort());
    expect(Object.keys(COUNTERS.run).sort()).toEqual([...numbers(result.packets), "events", "time"].sort());
  });

  it("show what was got instead", async () => {
    const result = await run(
      `${PAIR}${FLOW}expect: [{ socket: b/sink, received: 4, lengths: [10, 11], contains: "zz" }]`,
    );
    expect(result.expectations).toMatchObject([
      { subject: "socket b/sink received", expected: "4", got: "10", passed: false },
      { subject: "socket b/sink lengths", expected: "[10, 11]", got: "[10, 10, ...]", passed: false },
      { subject: "socket b/sink contains", expected: '"zz"', got: "in no packet received", passed: false },
    ]);
    expect(result.expectations[0]!.place).toMatch(/t\.yaml:\d+:\d+$/);
  });
});

describe("described packets", () => {
  it("leave by the interface that is named, whatever the route says", async () => {
    const text = `nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 }, eth1: { address: 10.0.1.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
  c: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }, { endpoints: ["a:eth1", "c:eth0"] }]
traffic: [{ from: "a:eth1", ipv4: { dst: 10.0.0.2 }, udp: {} }]
expect: [{ interface: "a:eth0", sent: 0 }, { interface: "c:eth0", received: "> 0" }]`;
    expect((await run(text)).exitCode).toBe(0);
  });
});

describe("replay", () => {
  /** A capture with packets of 60 bytes at these nanoseconds after its beginning. */
  const capture = (path: string, times: readonly number[], linkType = 1) => {
    const writer = new PcapWriter(path, { linkType, precision: "nanosecond" });
    const frame = new Uint8Array(60).fill(0xff, 0, 6);
    for (const time of times) writer.write(frame, 0, 60, 100, 1_700_000_000 + Math.floor(time / 1e9), time % 1e9);
    writer.close();
  };
  const host = `nodes: { b: { kind: host, interfaces: { eth0: {} }, sockets: { sniffer: { kind: packet } } } }\n`;
  const replayed = async (times: readonly number[], entry: string, linkType?: number) => {
    const file = scratch({ "t.yaml": `${host}traffic: [{ at: "b:eth0", replay: in.pcap, direction: in${entry} }]` });
    const directory = join(file, "..");
    capture(join(directory, "in.pcap"), times, linkType);
    const result = await runTopology(file, { pcapDirectory: join(directory, "out"), pcapOf: ["b/sniffer"] });
    return { result, directory };
  };
  const timesOf = (path: string) => {
    const reader = openCapture(path);
    const times: number[] = [];
    while (reader.next()) times.push((reader.seconds - 1_700_000_000) * 1e9 + reader.nanoseconds);
    reader.close();
    return times;
  };
  const TIMES = [5, 1_000_000_005, 1_500_000_000];

  const cases = [
    { name: "original timing keeps the times of the capture", have: "", want: TIMES },
    { name: "a start moves the run, not the times", have: ", start: 3s", want: TIMES },
    { name: "as many as the limit says", have: ", limit: 2", want: TIMES.slice(0, 2) },
  ];
  it.each(cases)("$name", async ({ have, want }) => {
    const { result, directory } = await replayed(TIMES, have);
    expect(timesOf(join(directory, "out/b-sniffer.pcap"))).toEqual(want);
    expect(result.traffic).toMatchObject([{ kind: "replay", sent: want.length }]);
  });

  const durations = [
    { name: "original", have: "", want: 1_499_999_995 },
    { name: "twice as fast", have: ", timing: { speed: 2 }", want: 749_999_998 },
    { name: "evenly", have: ", timing: { every: 1us }", want: 2000 },
    { name: "later", have: ", start: 1s, timing: { every: 1us }", want: 1_000_002_000 },
  ];
  it.each(durations)("timing: $name takes $want ns", async ({ have, want }) => {
    expect((await replayed(TIMES, have)).result.time).toBe(want);
  });

  it("sends a packet that was captured before its predecessor right after it", async () => {
    const { result, directory } = await replayed([100, 50, 200], "");
    expect(result.traffic).toMatchObject([{ sent: 3 }]);
    expect(timesOf(join(directory, "out/b-sniffer.pcap"))).toEqual([100, 100, 200]);
  });

  it("keeps link types and lengths on the wire as they are, a file for each link type", async () => {
    const { directory } = await replayed([0], "", 105);
    expect(timesOf(join(directory, "out/b-sniffer.pcap"))).toEqual([]);
    const reader = openCapture(join(directory, "out/b-sniffer-ieee802_11.pcap"));
    expect(reader.next()).toBe(true);
    expect(reader).toMatchObject({ linkType: 105, length: 60, originalLength: 100 });
    reader.close();
  });

  it("of an empty capture is nothing", async () => {
    expect((await replayed([], "")).result).toMatchObject({ stopped: "idle", time: 0, traffic: [{ sent: 0 }] });
  });
});

describe("captures of sockets", () => {
  it("are cooked where the socket gets no link-layer header, and raw payload for transports", async () => {
    const file = scratch({
      "t.yaml": `${PAIR.replace("protocol: ip, filter: cut", "protocol: ip, type: dgram")}${FLOW}epoch: 2001-02-03T04:05:06Z`,
    });
    const out = join(file, "../out");
    await runTopology(file, { pcapDirectory: out });
    const cooked = openCapture(join(out, "b-sniffer.pcap"));
    cooked.next();
    expect(cooked).toMatchObject({ linkType: 113, length: 16 + 38, seconds: 981_173_106 });
    // Packet type 0 (to us), ARPHRD_ETHER, 6 bytes of a's address, ethertype IPv4 behind two bytes of padding.
    const header = Buffer.from(cooked.bytes.subarray(cooked.at, cooked.at + 16)).toString("hex");
    expect(header).toBe("0000" + "0001" + "0006" + "020000010002" + "0000" + "0800");
    const payload = openCapture(join(out, "b-sink.pcap"));
    payload.next();
    expect(payload).toMatchObject({ linkType: 147, length: 10 });
    cooked.close();
    payload.close();
  });
});

describe("seeds", () => {
  const noisy = `${PAIR}${FLOW.replace("count: 10, every: 10ms", "count: 500, every: 1us, process: poisson")}`.replace(
    "delay: 1ms",
    "delay: 1ms, jitter: 300us, loss: 10%, duplicate: 5%, corrupt: 5%",
  );
  it("give the same bytes again, and other bytes for another seed", async () => {
    const file = scratch({ "t.yaml": noisy });
    const json = async (seed: bigint) => JSON.stringify(await runTopology(file, { seed }));
    expect(await json(5n)).toBe(await json(5n));
    expect(await json(5n)).not.toBe(await json(6n));
  });
});

describe("options", () => {
  const bad = [
    { name: "a seed that is no bigint", have: { seed: 7 } },
    { name: "a seed of 65 bits", have: { seed: 2n ** 64n } },
    { name: "an end that is no number", have: { until: Number.NaN } },
    { name: "an end before the beginning", have: { until: -1 } },
    { name: "no packets", have: { maxPackets: 0 } },
    { name: "subjects without a directory", have: { pcapOf: ["b/sink"] } },
  ];
  it.each(bad)("refuses $name", async ({ have }) => {
    await expect(run(PAIR + FLOW, have as RunOptions)).rejects.toMatchObject({ exitCode: 2 });
  });

  it("ends at once, and says so, where the signal was given before", async () => {
    const result = await run(PAIR + FLOW, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ stopped: "interrupted", exitCode: 130, events: 0 });
  });

  it("closes its files when the run cannot begin", async () => {
    const open = () => readdirSync("/proc/self/fd").length;
    const file = "topologies/capture-replay.yaml";
    const directory = scratch();
    const before = open();
    for (let i = 0; i < 10; i++)
      await expect(runTopology(file, { pcapDirectory: directory, pcapOf: ["probe:eth0", "nope"] })).rejects.toThrow();
    expect(open()).toBe(before);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("flows", () => {
  it("take the IP version that both hosts have an address of", async () => {
    const text = `nodes:
  a: { kind: host, interfaces: { eth0: { address: "fd00::1/64" } } }
  b: { kind: host, interfaces: { eth0: { address: [10.0.0.2/24, "fd00::2/64"] } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: a, to: b, flow: icmp }]`;
    expect((await run(text)).traffic).toMatchObject([{ sent: 1, answered: 1 }]);
  });
});

describe("errors", () => {
  it("are not what a long burst at one moment is", async () => {
    const text = `nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: a, ether: {}, ipv4: {}, udp: { dport: 1 }, count: 3000000 }]`;
    expect((await run(text)).traffic).toMatchObject([{ sent: 3_000_000 }]);
  });

  it("max-packets ends a broadcast storm, since copies count", async () => {
    const text = `max-packets: 1000
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  s: { kind: bridge }
  t: { kind: bridge }
links: [{ endpoints: ["a:eth0", "s:p0"] }, { endpoints: ["s:p1", "t:p1"] }, { endpoints: ["s:p2", "t:p2"] }]
traffic: [{ from: a, ether: {}, ipv4: { dst: 255.255.255.255 }, udp: {} }]`;
    const { stopped, packets } = await run(text);
    expect({ stopped, made: packets.created + packets.copied }).toEqual({ stopped: "max-packets", made: 1000 });
  });

  it("say so when packets go in circles at one moment", { timeout: 120_000 }, async () => {
    const text = `nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } }, sockets: { echo: { kind: udp, port: 7, echo: true } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } }, sockets: { echo: { kind: udp, port: 7, echo: true } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: a, to: b, flow: udp, port: 7, sport: 7 }]`;
    await expect(run(text)).rejects.toThrow("packets go in circles");
  });

  it("of several captures come at once", async () => {
    const file = scratch({
      "t.yaml": `nodes: { b: { kind: host, interfaces: { eth0: {} } } }
traffic:
  - { at: "b:eth0", replay: one.pcap }
  - { at: "b:eth0", replay: two.pcap }`,
      "one.pcap": "nonsense that is long enough to be a header",
      "two.pcap": "nonsense that is long enough to be a header",
    });
    const error = await runTopology(file).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(NetsimError);
    expect((error as NetsimError).diagnostics.map(({ code }) => code)).toEqual(["bad-capture", "bad-capture"]);
  });
});
