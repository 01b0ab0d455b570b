import type { Split } from "./model.ts";
import type { Failure } from "./result.ts";

/** Counts what packets or calls came to, and compares that with what they should. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(verdict: string, count = 1): void {
    this.counts.set(verdict, (this.counts.get(verdict) ?? 0) + count);
  }

  /** @param within verdicts by those in whose number they count too. */
  differences({ tests, place }: Split, within: ReadonlyMap<string, string> = new Map()): Failure[] {
    const counts = new Map(this.counts);
    for (const [verdict, count] of this.counts) {
      const wider = within.get(verdict);
      if (wider !== undefined && tests.has(wider)) counts.set(wider, (counts.get(wider) ?? 0) + count);
    }
    const named = [...tests].flatMap(([verdict, test]) => {
      const count = counts.get(verdict) ?? 0;
      return test.accepts(count) ? [] : [failure(verdict, test.text, count)];
    });
    const others = [...this.counts].flatMap(([verdict, count]) =>
      tests.has(verdict) || tests.has(within.get(verdict) ?? "") ? [] : [failure(verdict, "0", count)],
    );
    return [...named, ...others].map((one) => ({ ...one, place }));
  }
}

const failure = (verdict: string, expected: string, got: number): Failure => ({
  subject: `split ${verdict}`,
  expected,
  got: `${got}`,
});
