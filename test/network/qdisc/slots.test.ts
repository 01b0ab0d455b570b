import { describe, expect, it } from "vitest";
import { play } from "./play.ts";

const MS = 1e6;
const START = 5 * MS;

/** When ten frames of 100 bytes leave that are sent at once, in milliseconds after that. */
const departures = (words: string) =>
  play(
    { handle: "1:", words: `netem ${words}` },
    Array.from({ length: 10 }, () => ({ at: START, length: 100 })),
    { from: START },
  ).departures.map(({ at }) => (at - START) / MS);

describe("bursts of netem (sch_netem.c, get_slot_next)", () => {
  it.each([
    ["so many packets", "slot 10ms packets 4", [0, 0, 0, 0, 10, 10, 10, 10, 20, 20]],
    ["as many as the bytes allow, and the one beyond", "slot 10ms bytes 250", [0, 0, 0, 10, 10, 10, 20, 20, 20, 30]],
    ["without a limit all at once", "slot 10ms", Array.from({ length: 10 }, () => 0)],
    [
      "a pause that is over before a packet's delay counts from the first look at it",
      "delay 20ms slot 50ms packets 5",
      [50, 50, 50, 50, 50, 100, 100, 100, 100, 100],
    ],
  ])("%s", (_, words, want) => {
    expect(departures(words).map((at) => Math.round(at))).toEqual(want);
  });

  it("pauses are between the least and the longest", () => {
    const at = departures("slot 10ms 20ms packets 1");
    const gaps = at.slice(1).map((one, i) => one - at[i]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(20);
    expect(new Set(gaps).size).toBeGreaterThan(5);
  });

  it("pauses of a distribution are about its middle", () => {
    const at = departures("slot distribution normal 10ms 1ms packets 1");
    const gaps = at.slice(1).map((one, i) => one - at[i]!);
    expect(gaps.every((gap) => gap > 5 && gap < 15)).toBe(true);
    expect(new Set(gaps).size).toBeGreaterThan(5);
  });
});
