import { describe, expect, it } from "vitest";
import { Random } from "../../src/simulation/random.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import type { Schedule } from "../../src/topology/model.ts";
import { Pacer } from "../../src/traffic/pacer.ts";

function timesOf(schedule: Partial<Schedule>, seed = 1n, until = Number.POSITIVE_INFINITY): number[] {
  const simulation = new Simulation();
  const times: number[] = [];
  const whole = { start: 0, count: 1, every: 1, process: "constant", ...schedule } as const;
  new Pacer(whole, simulation, new Random(seed), (index) => {
    expect(index).toBe(times.length);
    times.push(simulation.now);
  }).start();
  simulation.run(until);
  return times;
}

describe("Pacer", () => {
  const cases: { name: string; have: Partial<Schedule>; want: number[] }[] = [
    { name: "one at the start", have: { start: 5 }, want: [5] },
    { name: "evenly spaced", have: { start: 10, count: 3, every: 100 }, want: [10, 110, 210] },
    { name: "none", have: { count: 0 }, want: [] },
    { name: "all at once", have: { count: 3, every: 0 }, want: [0, 0, 0] },
    {
      name: "gaps of no whole number do not add up an error",
      have: { count: 4, every: 1e9 / 3 },
      want: [0, 333_333_333, 666_666_667, 1_000_000_000],
    },
    { name: "until a time, which no longer counts", have: { count: 99, every: 10, until: 30 }, want: [0, 10, 20] },
    { name: "an end before the start", have: { start: 10, until: 10 }, want: [] },
  ];
  it.each(cases)("$name", ({ have, want }) => {
    expect(timesOf(have)).toEqual(want);
  });

  it("goes on without a count until the run ends", () => {
    expect(timesOf({ count: Number.POSITIVE_INFINITY, every: 10 }, 1n, 100)).toHaveLength(10);
  });

  it("draws the gaps of a Poisson process from the seed, with the mean that is given", () => {
    const have = timesOf({ count: 20_000, every: 1000, process: "poisson" });
    expect(have).toEqual(timesOf({ count: 20_000, every: 1000, process: "poisson" }));
    expect(have).not.toEqual(timesOf({ count: 20_000, every: 1000, process: "poisson" }, 2n));
    expect(have.at(-1)! / 20_000).toBeGreaterThan(970);
    expect(have.at(-1)! / 20_000).toBeLessThan(1030);
  });
});
