import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { play, type Tree } from "./play.ts";

/*
 * What Linux 6.12 did with the same frames, on a machine of virtual time: which frames left and when, which were marked, and what
 * `tc -s qdisc show` counted. Its timers go off up to half a microsecond late and its clock has steps of a quarter; scenarios in which a frame
 * comes within that time of another's turn are left out.
 */
interface Recorded {
  /** Frames as `at,length,flow,tos,priority`, times from the start. */
  readonly scenarios: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly scenario: string;
    readonly tree: Tree;
    /** Nanoseconds since the machine began. */
    readonly start: number;
    /** By how much each frame was sent later than the scenario says. */
    readonly late: string;
    /** Frames that left as `number@time`, marked ones with an asterisk. */
    readonly departures: string;
    /** Of each discipline: bytes, packets, dropped, overlimits, requeues. */
    readonly counts: Readonly<Record<string, readonly [number, number, number, number, number]>>;
  }[];
}

const { scenarios, cases } = JSON.parse(readFileSync(new URL("linux-6.12.json", import.meta.url), "utf8")) as Recorded;

/** Nanoseconds. */
const CLOCK = 1500;

const describeTree = ({ words, classes = {} }: Tree): string =>
  [
    words,
    ...Object.entries(classes).map(
      ([id, { words: own, qdisc }]) => `${id} ${own ?? ""}${qdisc ? ` [${describeTree(qdisc)}]` : ""}`,
    ),
  ].join("; ");

describe("disciplines beside Linux", () => {
  it.each(cases.map((one) => [`${describeTree(one.tree)} (${one.scenario})`, one] as const))("%s", (_, one) => {
    const late = one.late.split(" ").map(Number);
    const arrivals = scenarios[one.scenario]!.split(" ").map((row, i) => {
      const [at, length, flow, tos, priority] = row.split(",").map(Number) as [number, number, number, number, number];
      return { at: one.start + at + late[i]!, length, flow, tos, priority };
    });
    const want = one.departures.split(" ").map((text) => {
      const [, id, marked, at] = /^(\d+)(\*?)@(\d+)$/.exec(text)!;
      return { id: Number(id), marked: marked === "*", at: Number(at) };
    });
    const have = play(one.tree, arrivals, { from: one.start });
    expect(have.departures.map(({ id, tos }) => `${id}${(tos & 3) === 3 ? " marked" : ""}`)).toEqual(
      want.map(({ id, marked }) => `${id}${marked ? " marked" : ""}`),
    );
    const gaps = have.departures.map(({ at }, i) => want[i]!.at - (at - one.start));
    expect(Math.max(...gaps.map(Math.abs))).toBeLessThan(CLOCK);
    for (const [handle, [bytes, packets, dropped, overlimits, requeues]] of Object.entries(one.counts)) {
      const { counts, length } = have.qdisc(handle);
      expect({ handle, ...counts, length }).toEqual({
        handle,
        bytes,
        packets,
        dropped,
        overlimits: counts.overlimits,
        requeues,
        length: 0,
      });
      // Looks that come to nothing depend on the clock's steps.
      expect(Math.abs(counts.overlimits - overlimits)).toBeLessThanOrEqual(2);
    }
  });
});
