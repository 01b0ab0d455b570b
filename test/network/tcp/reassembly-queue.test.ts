import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReassemblyQueue, type WaitingSegment } from "../../../src/network/tcp/reassembly-queue.ts";
import type { Skb } from "../../../src/packet/skb.ts";

const segment = (sequence: number, end: number): WaitingSegment => ({
  skb: { id: sequence * 1000 + end } as Skb,
  sequence,
  end,
  flags: 0,
  payload: 0,
  length: end - sequence,
  original: end - sequence,
});

describe("ReassemblyQueue", () => {
  it.each([
    {
      name: "apart",
      have: [
        [10, 20],
        [30, 40],
      ],
      want: [
        [10, 20],
        [30, 40],
      ],
      discarded: 0,
      duplicates: [],
    },
    {
      name: "in the wrong order",
      have: [
        [30, 40],
        [10, 20],
      ],
      want: [
        [10, 20],
        [30, 40],
      ],
      discarded: 0,
      duplicates: [],
    },
    {
      name: "the same",
      have: [
        [10, 20],
        [10, 20],
      ],
      want: [[10, 20]],
      discarded: 1,
      duplicates: [[10, 20]],
    },
    {
      name: "within",
      have: [
        [10, 40],
        [20, 30],
      ],
      want: [[10, 40]],
      discarded: 1,
      duplicates: [[20, 30]],
    },
    {
      name: "around",
      have: [
        [20, 30],
        [10, 40],
      ],
      want: [[10, 40]],
      discarded: 1,
      duplicates: [[20, 30]],
    },
    {
      name: "longer from the same start",
      have: [
        [10, 20],
        [10, 40],
      ],
      want: [[10, 40]],
      discarded: 1,
      duplicates: [[10, 20]],
    },
    {
      name: "over the end",
      have: [
        [10, 20],
        [15, 30],
      ],
      want: [
        [10, 20],
        [15, 30],
      ],
      discarded: 0,
      duplicates: [[15, 20]],
    },
    {
      name: "over the beginning",
      have: [
        [20, 30],
        [10, 25],
      ],
      want: [
        [10, 25],
        [20, 30],
      ],
      discarded: 0,
      duplicates: [[20, 25]],
    },
    {
      name: "around several",
      have: [
        [20, 30],
        [35, 40],
        [50, 60],
        [10, 55],
      ],
      want: [
        [10, 55],
        [50, 60],
      ],
      discarded: 2,
      duplicates: [
        [20, 30],
        [35, 40],
        [50, 55],
      ],
    },
  ])("$name", ({ have, want, discarded, duplicates }) => {
    const queue = new ReassemblyQueue();
    const gone: Skb[] = [];
    const twice: number[][] = [];
    for (const [from, to] of have as [number, number][])
      queue.insert(
        segment(from, to),
        (skb) => gone.push(skb),
        (start, end) => twice.push([start, end]),
      );
    const left: number[][] = [];
    for (let next = queue.next(1e9); next !== undefined; next = queue.next(1e9)) left.push([next.sequence, next.end]);
    expect({ left, gone: gone.length, twice }).toEqual({ left: want, gone: discarded, twice: duplicates });
  });

  it("holds every byte that was put in, and each packet once, whatever the order", () => {
    const range = fc
      .tuple(fc.nat(60), fc.integer({ min: 1, max: 30 }))
      .map(([from, length]) => [from, from + length] as const);
    fc.assert(
      fc.property(fc.array(range, { maxLength: 20 }), (ranges) => {
        const queue = new ReassemblyQueue();
        let discarded = 0;
        const bytes = new Set<number>();
        for (const [from, to] of ranges) {
          queue.insert(
            segment(from, to),
            () => discarded++,
            () => {},
          );
          for (let i = from; i < to; i++) bytes.add(i);
        }
        expect(queue.size + discarded).toBe(ranges.length);
        const held = new Set<number>();
        let last = -1;
        for (let next = queue.next(1e9); next !== undefined; next = queue.next(1e9)) {
          expect(next.sequence).toBeGreaterThanOrEqual(last);
          last = next.sequence;
          for (let i = next.sequence; i < next.end; i++) held.add(i);
        }
        expect(held).toEqual(bytes);
      }),
    );
  });
});
