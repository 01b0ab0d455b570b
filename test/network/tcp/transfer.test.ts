import { describe, expect, it } from "vitest";
import type { Impairment } from "../../../src/topology/model.ts";
import { Lab, type LabOptions, MS, SECOND } from "./lab.ts";

/** How many bytes there are, and where they cease to be 0, 1, ... 255, 0, ... */
const judge = (bytes: readonly number[]) => ({
  length: bytes.length,
  wrongFrom: bytes.findIndex((byte, i) => byte !== (i & 255)),
});

describe("a connection between two hosts", () => {
  it("shakes hands, sends, and closes with the segments that Linux sends", () => {
    const lab = new Lab({ link: { delay: 5 * MS } });
    const client = lab.record("client");
    const server = lab.record("server");
    lab.connect(3000);
    lab.run();
    const { seq: iss } = client[0]!;
    const { seq: irs } = server[0]!;
    const shown = (wires: typeof client, own: number, peer: number) =>
      wires.map(
        ({ flags, seq, ack, length, options }) =>
          `${flags} ${(seq - own) >>> 0}+${length} ack ${flags.includes("A") ? (ack - peer) >>> 0 : "-"} options ${options}`,
      );
    expect(shown(client, iss, irs)).toEqual([
      "S 0+0 ack - options 2,4,8,3",
      "A 1+0 ack 1 options 8",
      "A 1+1448 ack 1 options 8",
      "A 1449+1448 ack 1 options 8",
      "PA 2897+104 ack 1 options 8",
      "FA 3001+0 ack 1 options 8",
      "A 3002+0 ack 2 options 8",
    ]);
    expect(shown(server, irs, iss)).toEqual([
      "SA 0+0 ack 1 options 2,4,8,3",
      "A 1+0 ack 1449 options 8",
      "A 1+0 ack 2897 options 8",
      "A 1+0 ack 3001 options 8",
      "FA 1+0 ack 3002 options 8",
    ]);
    expect([client[0]!.window, server[0]!.window]).toEqual([64_240, 65_160]);
    expect(judge(lab.received)).toEqual({ length: 3000, wrongFrom: -1 });
    expect(lab.outcomes).toEqual(["closed"]);
    expect(lab.client.ip.tcp.counts).toMatchObject({ opened: 1, established: 1, closed: 1, retransmissions: 0 });
    expect(lab.server.ip.tcp.counts).toMatchObject({ accepted: 1, established: 1, closed: 1, resets: 0 });
    expect(lab.imbalance).toBeUndefined();
  });

  it.each([0, 1, 1447, 1448, 1449, 14_480, 14_481, 100_000])("delivers %i bytes in order", (bytes) => {
    const lab = new Lab();
    lab.connect(bytes);
    lab.run();
    expect(judge(lab.received)).toEqual({ length: bytes, wrongFrom: -1 });
    expect(lab.outcomes).toEqual(["closed"]);
    const { counts } = lab.listener;
    expect(counts.receivedBytes).toBe(bytes);
    expect(counts.received).toBe(Math.ceil(bytes / 1448));
    expect(counts.seen).toBeGreaterThanOrEqual(counts.received + 3);
    expect(lab.imbalance).toBeUndefined();
  });

  it.each([
    { family: 4, mtu: 1500, mss: 1448 },
    { family: 6, mtu: 1500, mss: 1428 },
    { family: 4, mtu: 576, mss: 524 },
    { family: 6, mtu: 1280, mss: 1208 },
  ] as const)("fills segments of $mss bytes over IPv$family and MTU $mtu", ({ family, mtu, mss }) => {
    const lab = new Lab({ mtu });
    const sent = lab.record("client");
    lab.connect(5000, { family });
    lab.run();
    expect(Math.max(...sent.map(({ length }) => length))).toBe(mss);
    expect(judge(lab.received)).toEqual({ length: 5000, wrongFrom: -1 });
  });

  it("begins with ten segments and doubles them each round trip", () => {
    const lab = new Lab({ link: { delay: 50 * MS } });
    const sent = lab.record("client");
    lab.connect(60_000);
    lab.run();
    const rounds = new Map<number, number>();
    for (const { at, length } of sent) if (length > 0) rounds.set(at, (rounds.get(at) ?? 0) + 1);
    expect([...rounds.values()]).toEqual([10, 20, 12]);
  });

  it("lets a server echo, and the client acknowledge it", () => {
    const lab = new Lab({ echo: true, link: { delay: MS } });
    const back = lab.record("server");
    lab.connect(50_000);
    lab.run();
    const echoed = back.flatMap(({ payload }) => [...payload]);
    expect(judge(echoed)).toEqual({ length: 50_000, wrongFrom: -1 });
    expect(lab.outcomes).toEqual(["closed"]);
    expect(lab.imbalance).toBeUndefined();
  });

  it("talks to its own host through the loopback", () => {
    const lab = new Lab();
    lab.server.ip.tcp.connect({ family: 4, destination: Uint8Array.of(10, 0, 0, 2), dport: 80, bytes: 100_000 });
    lab.run();
    expect(judge(lab.received)).toEqual({ length: 100_000, wrongFrom: -1 });
    expect(lab.server.ip.tcp.counts).toMatchObject({ opened: 1, accepted: 1, established: 2, closed: 2 });
    expect(lab.imbalance).toBeUndefined();
  });

  it("keeps 2,000 connections at a time apart", () => {
    const lab = new Lab({ link: { delay: 10 * MS } });
    for (let i = 0; i < 2000; i++) lab.connect(i % 50);
    lab.run();
    expect(lab.outcomes).toHaveLength(2000);
    expect(new Set(lab.outcomes)).toEqual(new Set(["closed"]));
    expect(lab.received).toHaveLength((2000 / 50) * ((49 * 50) / 2));
    expect(lab.imbalance).toBeUndefined();
  });

  it("gives the same segments for the same seed, others for another", () => {
    const trace = (seed: bigint) => {
      const lab = new Lab({ seed, link: { loss: 0.1, delay: MS } });
      const sent = lab.record("client");
      lab.connect(20_000);
      lab.run();
      return JSON.stringify(sent);
    };
    expect(trace(7n)).toBe(trace(7n));
    expect(trace(7n)).not.toBe(trace(8n));
  });
});

describe("a bad link", () => {
  const links: Record<string, Partial<Impairment>> = {
    "5% loss": { loss: 0.05, delay: 5 * MS },
    "25% loss": { loss: 0.25, delay: 5 * MS },
    reordering: { delay: 10 * MS, jitter: 9 * MS },
    "duplicates and reordering": { delay: 10 * MS, jitter: 9 * MS, duplicate: 0.3 },
    corruption: { corrupt: 0.05, delay: MS },
    "a short queue": { rate: 10_000_000, queue: 5, delay: 5 * MS },
    "everything at once": {
      loss: 0.1,
      duplicate: 0.1,
      corrupt: 0.02,
      delay: 10 * MS,
      jitter: 5 * MS,
      rate: 50_000_000,
    },
  };
  const cases = Object.keys(links).flatMap((name) => [1n, 2n, 3n, 4n, 5n].map((seed) => [name, seed] as const));

  it.each(cases)("delivers everything in order: %s, seed %i", (name, seed) => {
    const lab = new Lab({ seed });
    // Over a good link first, so that the neighbours know each other.
    lab.connect(0);
    lab.run();
    lab.network.impair(0, [links[name]!, links[name]!]);
    lab.connect(60_000);
    lab.run();
    expect(judge(lab.received)).toEqual({ length: 60_000, wrongFrom: -1 });
    expect(lab.outcomes).toEqual(["closed", "closed"]);
    expect(lab.network.queued()).toBe(0);
    expect(lab.imbalance).toBeUndefined();
  });

  it("sends again what three duplicate acknowledgements say is lost, long before the timeout", () => {
    const options: LabOptions = { link: { delay: 50 * MS } };
    const lab = new Lab(options);
    const sent = lab.record("client");
    lab.connect(40_000);
    let dropped = false;
    const direction = lab.network.links[0]!.directions[0];
    const forward = direction.send.bind(direction);
    direction.send = (skb) => {
      if (!dropped && sent.length === 5) {
        dropped = true;
        lab.world.ledger.drop(skb, "test", "LINK_LOSS");
      } else forward(skb);
    };
    lab.run();
    const lost = sent[4]!;
    const again = sent.filter(({ seq, length }) => seq === lost.seq && length === lost.length);
    expect(again.map(({ at }) => at - lost.at)).toEqual([0, 100]);
    expect(lab.client.ip.tcp.counts.retransmissions).toBe(1);
    expect(judge(lab.received)).toEqual({ length: 40_000, wrongFrom: -1 });
  });

  it("survives a cut that is mended before the retries are used up", () => {
    const lab = new Lab({ link: { delay: MS, rate: 1_000_000 } });
    lab.connect(50_000);
    lab.run(100 * MS);
    lab.network.cut(0);
    lab.run(20 * SECOND);
    const before = lab.received.length;
    lab.network.mend(0);
    lab.run();
    expect(before).toBeLessThan(50_000);
    expect(judge(lab.received)).toEqual({ length: 50_000, wrongFrom: -1 });
    expect(lab.outcomes).toEqual(["closed"]);
    expect(lab.imbalance).toBeUndefined();
  });

  it("gives up after a cut for good: about 15 minutes of doubled timeouts", () => {
    const lab = new Lab({ link: { delay: MS, rate: 1_000_000 } });
    lab.connect(50_000);
    lab.run(100 * MS);
    lab.network.cut(0);
    lab.run();
    expect(lab.outcomes).toEqual(["timed-out"]);
    expect(lab.now).toBeGreaterThan(924_600);
    expect(lab.now).toBeLessThan(924_600 + 130_000);
    expect(lab.client.ip.tcp.counts).toMatchObject({ failed: 1, closed: 0 });
    expect(lab.imbalance).toBeUndefined();
  });
});

describe("what cannot be connected", () => {
  it.each([
    { name: "nobody listens", connect: (lab: Lab) => lab.connect(10, { dport: 81 }), want: "refused" },
    { name: "the host does not exist", connect: (lab: Lab) => open(lab, 10, 0, 0, 9), want: "unreachable" },
    { name: "there is no route", connect: (lab: Lab) => open(lab, 192, 0, 2, 1), want: "no-route" },
    { name: "the address is a group", connect: (lab: Lab) => open(lab, 224, 0, 0, 1), want: "no-route" },
    { name: "the address is a broadcast", connect: (lab: Lab) => open(lab, 10, 0, 0, 255), want: "no-route" },
  ])("ends with $want when $name", ({ connect, want }) => {
    const lab = new Lab();
    connect(lab);
    lab.run();
    expect(lab.outcomes).toEqual([want]);
    expect(lab.client.ip.tcp.counts).toMatchObject({ opened: 1, failed: 1, established: 0 });
    expect(lab.imbalance).toBeUndefined();
  });

  it("refuses a second connection from the same port while the first one is in TIME-WAIT, and no longer", () => {
    const lab = new Lab();
    lab.connect(5, { sport: 40_000 });
    lab.run();
    lab.connect(5, { sport: 40_000 });
    expect(lab.outcomes).toEqual(["closed", "no-port"]);
    lab.world.simulation.at(61 * SECOND, { run: () => lab.connect(5, { sport: 40_000 }) });
    lab.run();
    expect(lab.outcomes).toEqual(["closed", "no-port", "closed"]);
  });
});

function open(lab: Lab, ...destination: number[]): void {
  lab.client.ip.tcp.connect({
    family: 4,
    destination: Uint8Array.from(destination),
    dport: 80,
    bytes: 1,
    onClosed: (outcome) => lab.outcomes.push(outcome),
  });
}
