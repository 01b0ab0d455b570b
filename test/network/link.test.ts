import { describe, expect, it } from "vitest";
import type { LinkSettings } from "../../src/network/link.ts";
import { LinkDirection } from "../../src/network/link.ts";
import type { Skb } from "../../src/packet/skb.ts";
import { filler } from "./frames.ts";
import { PERFECT, Stage } from "./stage.ts";

/** One direction of a link, and when which packet arrived at its end. */
function cable(settings: Partial<LinkSettings>, seed = 1n) {
  const stage = new Stage(seed);
  const arrivals: { id: number; at: number; bytes: Uint8Array }[] = [];
  const end = {
    label: "end",
    receive: (skb: Skb) => {
      const bytes = stage.store.bytes.slice(skb.data, skb.data + skb.length);
      arrivals.push({ id: skb.id, at: stage.simulation.now, bytes });
      stage.ledger.deliver(skb, "end", "test");
    },
  };
  const link = new LinkDirection("link", { ...PERFECT, ...settings }, end, stage.world, stage.world.random("link"));
  stage.links.push(link);
  return { stage, link, arrivals, send: (length: number) => link.send(stage.frame(filler(length))) };
}

describe("a link's times, to the nanosecond", () => {
  const cases: { name: string; have: Partial<LinkSettings>; lengths: number[]; want: number[] }[] = [
    { name: "no delay, no rate: at once", have: {}, lengths: [60, 1514], want: [0, 0] },
    { name: "delay alone", have: { delay: 50_000 }, lengths: [60, 1514], want: [50_000, 50_000] },
    { name: "1 gbit/s: 8 ns a byte", have: { rate: 1e9 }, lengths: [125, 1250, 1], want: [1000, 11_000, 11_008] },
    { name: "rate, then delay", have: { rate: 1e9, delay: 7 }, lengths: [125, 125], want: [1007, 2007] },
    { name: "a fraction of a nanosecond counts as one", have: { rate: 3e9 }, lengths: [1, 1], want: [3, 6] },
    { name: "9600 bit/s", have: { rate: 9600 }, lengths: [12], want: [10_000_000] },
  ];
  for (const { name, have, lengths, want } of cases)
    it(name, () => {
      const { stage, arrivals, send } = cable(have);
      for (const length of lengths) send(length);
      stage.run();
      expect(arrivals.map(({ at }) => at)).toEqual(want);
    });

  it("is free again once its packets are on the wire", () => {
    const { stage, arrivals, send } = cable({ rate: 1e9 });
    send(125);
    stage.simulation.at(5000, { run: () => send(125) });
    stage.run();
    expect(arrivals.map(({ at }) => at)).toEqual([1000, 6000]);
  });
});

describe("a link's queue", () => {
  it("holds as many packets as it says, beside the one that is being sent", () => {
    const { stage, link, arrivals, send } = cable({ rate: 1e9, queue: 3 });
    for (let i = 0; i < 10; i++) send(125);
    stage.run();
    expect(arrivals.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(stage.drops).toEqual({ LINK_QUEUE_FULL: 6 });
    expect(link.dropped).toBe(6);
    expect(stage.unaccounted).toEqual([0, 0]);
  });

  it("grows beyond its first ring", () => {
    const { stage, arrivals, send } = cable({ rate: 1e9, queue: 500 });
    for (let i = 0; i < 300; i++) send(125);
    stage.run();
    expect(arrivals.map(({ at }) => at)).toEqual(Array.from({ length: 300 }, (_, i) => (i + 1) * 1000));
  });
});

describe("a link's faults", () => {
  const COUNT = 20_000;
  const faults: { name: string; have: Partial<LinkSettings>; rate(link: LinkDirection): number; want: number }[] = [
    { name: "loss", have: { loss: 0.1 }, rate: (link) => link.dropped / COUNT, want: 0.1 },
    { name: "duplicate", have: { duplicate: 0.25 }, rate: (link) => link.duplicated / COUNT, want: 0.25 },
    { name: "corrupt", have: { corrupt: 0.02 }, rate: (link) => link.corrupted / COUNT, want: 0.02 },
  ];
  for (const { name, have, rate, want } of faults)
    it(`${name} hits the share it should, alike for the same seed`, () => {
      const play = (seed: bigint) => {
        const { stage, link, arrivals, send } = cable(have, seed);
        for (let i = 0; i < COUNT; i++) send(20);
        stage.run();
        expect(stage.unaccounted).toEqual([0, 0]);
        return { link, trace: arrivals.map(({ id, bytes }) => `${id}:${bytes.join()}`).join(" ") };
      };
      const first = play(5n);
      // Four standard deviations of a binomial share.
      expect(Math.abs(rate(first.link) - want)).toBeLessThan(4 * Math.sqrt((want * (1 - want)) / COUNT));
      expect(play(5n).trace).toBe(first.trace);
      expect(play(6n).trace).not.toBe(first.trace);
    });

  it("corruption flips exactly one bit", () => {
    const { stage, arrivals, send } = cable({ corrupt: 1 });
    for (let i = 0; i < 50; i++) send(33);
    stage.run();
    for (const { bytes } of arrivals) {
      const flipped = bytes.reduce(
        (sum, byte, i) => sum + (byte ^ (i & 255)).toString(2).replaceAll("0", "").length,
        0,
      );
      expect(flipped).toBe(1);
    }
  });

  it("duplicates have bytes of their own", () => {
    const { stage, arrivals, send } = cable({ duplicate: 1, corrupt: 0.5 });
    for (let i = 0; i < 40; i++) send(64);
    stage.run();
    expect(arrivals).toHaveLength(80);
    const intact = arrivals.filter(({ bytes }) => bytes.every((byte, i) => byte === i)).length;
    expect(intact).toBeGreaterThan(20);
    expect(intact).toBeLessThan(60);
  });

  it("jitter lets packets pass one another, within its bounds", () => {
    const { stage, arrivals, send } = cable({ delay: 1000, jitter: 400 });
    for (let i = 0; i < 200; i++) send(20);
    stage.run();
    const times = arrivals.map(({ at }) => at);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(600);
    expect(Math.max(...times)).toBeLessThanOrEqual(1400);
    expect(arrivals.map(({ id }) => id)).not.toEqual([...arrivals.map(({ id }) => id)].sort((a, b) => a - b));
  });

  it("jitter beyond the delay never goes back in time", () => {
    const { stage, arrivals, send } = cable({ delay: 10, jitter: 1000 });
    for (let i = 0; i < 200; i++) send(20);
    stage.run();
    expect(Math.min(...arrivals.map(({ at }) => at))).toBe(0);
  });

  it("an MTU of its own counts without the Ethernet header", () => {
    const { stage, arrivals, send } = cable({ mtu: 100 });
    send(114);
    send(115);
    stage.run();
    expect(arrivals).toHaveLength(1);
    expect(stage.drops).toEqual({ PKT_TOO_BIG: 1 });
  });

  it("a cut drops what is on the wire and what is sent; mended, it carries again", () => {
    const { stage, link, arrivals, send } = cable({ delay: 1000 });
    send(60);
    stage.simulation.at(500, {
      run: () => {
        link.up = false;
        send(60);
      },
    });
    stage.simulation.at(2000, {
      run: () => {
        link.up = true;
        send(60);
      },
    });
    stage.run();
    expect(arrivals.map(({ at }) => at)).toEqual([3000]);
    expect(stage.drops).toEqual({ LINK_DOWN: 2 });
    expect(stage.unaccounted).toEqual([0, 0]);
  });
});
