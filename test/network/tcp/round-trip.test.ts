import { describe, expect, it } from "vitest";
import { RoundTrip } from "../../../src/network/tcp/round-trip.ts";

const MS = 1_000_000;

/** The timeout in milliseconds after measurements, given in milliseconds, each a round trip of its own. */
function timeoutAfter(...samples: number[]): number {
  const roundTrip = new RoundTrip();
  samples.forEach((sample, i) => {
    roundTrip.measure(sample * MS, i * 10 + 5, i * 10 + 10);
  });
  return roundTrip.timeout / MS;
}

describe("RoundTrip", () => {
  it.each([
    { name: "nothing measured: 1 s (RFC 6298 section 2.1)", have: [], want: 1000 },
    { name: "one short round trip: it and 200 ms", have: [10], want: 210 },
    { name: "one long round trip: three times it (RFC 6298 section 2.2)", have: [400], want: 1200 },
    { name: "steady ones: the variance sinks to 200 ms", have: Array(60).fill(400), want: 600 },
    { name: "no more than 120 s", have: [100_000], want: 120_000 },
  ])("$name", ({ have, want }) => {
    expect(timeoutAfter(...have)).toBeCloseTo(want, 0);
  });

  it("grows with a sudden long round trip more than it shrinks with a short one", () => {
    const steady = Array(60).fill(400) as number[];
    expect(timeoutAfter(...steady, 1400) - 600).toBeGreaterThan(100);
    expect(Math.abs(timeoutAfter(...steady, 10) - 600)).toBeLessThan(100);
  });

  it("doubles when a timeout expired and ends that with the next measurement", () => {
    const roundTrip = new RoundTrip();
    roundTrip.measure(10 * MS, 1, 2);
    roundTrip.backOff();
    roundTrip.backOff();
    expect(roundTrip.timeout / MS).toBe(840);
    roundTrip.measure(10 * MS, 2, 3);
    expect(roundTrip.timeout / MS).toBe(210);
  });
});
