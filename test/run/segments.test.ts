import { describe, expect, it } from "vitest";
import { type RunResult, runTopology } from "../../src/index.ts";

/** Devices of the client that take packets of many segments, and that do not; and the other ends of their cables. */
const TAKES = 3;
const CUTS = 4;
const ARRIVED = 0x100;

const looksOf = ({ maps }: RunResult) =>
  maps!
    .find(({ name }) => name === "looks")!
    .entries.map(({ key, value }) => ({
      ...(key as { device: number; what: number; step: number }),
      ...(value as { answer: number; length: number; size: number; segments: number; is_right: number }),
    }));
const looks = looksOf(await runTopology("test/kernel/lab/segments.yaml"));

/** What helpers answered, with length, bytes and number of segments behind each; the same values come from Linux in the lab. */
const steps = (device: number, what: number) =>
  looks
    .filter((it) => it.device === device && it.what === what)
    .sort((a, b) => a.step - b.step)
    .map(({ answer, length, size, segments }) => `${answer}: ${length} ${size} ${segments}`);

const arrivals = (device: number, what: number) => steps(ARRIVED | device, what).map((it) => it.split(": ")[1]);

describe("helpers on packets of many segments", () => {
  it.each([
    { name: "a header of IPv4 takes room from each", what: 2, want: ["0: 5086 1428 0"] },
    { name: "which may be fixed", what: 3, want: ["0: 5086 1448 0"] },
    { name: "and it gives it back", what: 14, want: ["0: 5070 1444 0", "0: 5066 1448 0"] },
    { name: "once in a tunnel is enough", what: 16, want: ["0: 5086 1428 0", "-114: 5086 1428 0", "0: 5066 1448 0"] },
    { name: "the other version of IP changes no size", what: 18, want: ["0: 5086 1448 4"] },
    { name: "another end makes one packet of them", what: 22, want: ["0: 1000 0 0"] },
    { name: "another beginning does not", what: 26, want: ["0: 25066 1448 4"] },
  ])("$name", ({ what, want }) => {
    expect(steps(TAKES, what).slice(1)).toEqual(want);
  });

  it("does not cut into a checksum that is left to the device", () => {
    expect(steps(TAKES, 23)).toEqual([
      "0: 5066 1448 4",
      "-22: 5066 1448 4",
      "0: 52 0 0",
      "0: 52 0 0",
      "-22: 52 0 0",
      "0: 52 0 0",
      "-22: 52 0 0",
      "-13: 52 0 0",
    ]);
  });

  it.each([
    { name: "IPv4 in IPv4", what: 2, takes: ["5086 1428 4"], cuts: [1514, 1514, 1514, 802] },
    { name: "IPv4 in UDP", what: 5, takes: ["5094 1420 4"], cuts: [1514, 1514, 1514, 834] },
    { name: "IPv4 in GRE", what: 6, takes: ["5090 1424 4"], cuts: [1514, 1514, 1514, 818] },
    { name: "a frame in UDP", what: 9, takes: ["5116 1398 4"], cuts: [1514, 1514, 1514, 922] },
    { name: "headers that do not say what it is in", what: 10, takes: [], cuts: [] },
    { name: "what is too long for the other end", what: 21, takes: [], cuts: [] },
  ])("counts anew, or cuts: $name", ({ what, takes, cuts }) => {
    expect(arrivals(TAKES, what)).toEqual(takes);
    expect(arrivals(CUTS, what)).toEqual(cuts.map((length) => `${length} 0 0`));
  });

  it("tells who sends a copy what became of it", () => {
    const answers = looks.filter(({ device, what }) => device === 2 && what === 0);
    const of = (what: number) => answers.find(({ step }) => step === 2 * what)!.answer;
    expect([2, 10, 21, 26].map(of)).toEqual([0, -12, 1, 1]);
  });
});
