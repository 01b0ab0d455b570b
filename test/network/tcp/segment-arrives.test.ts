import { describe, expect, it } from "vitest";
import { play } from "./play.ts";
import { TCP_CASES } from "./segment-cases.ts";

/** test/kernel/tcp.test.ts asks Linux for the same answers. */
describe("a segment arrives", () => {
  it.each(TCP_CASES.map((test) => [test.name, test] as const))("%s", (_name, test) => {
    const { answers, received, lab } = play(test);
    expect({ answers, received }).toEqual({ answers: test.want, received: test.received ?? 0 });
    expect(lab.imbalance).toBeUndefined();
  });
});
