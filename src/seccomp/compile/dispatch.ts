import type { Decision, Decisions } from "./decision.ts";

/** Numbers from `from` to the next range's beginning, all with one decision. */
export interface Range {
  readonly from: number;
  readonly decision: Decision;
}

/** How the number of a call is looked for. */
export type Dispatch = "linear" | "tree";

const ALL = 0xffff_ffff;

/** Ranges that cover all 32-bit numbers, out of single numbers and what the others have. Neighbours with one decision are joined. */
export function rangesOf(
  singles: ReadonlyMap<number, Decision>,
  others: (nr: number) => Decision,
  boundaries: readonly number[],
): Range[] {
  const starts = new Set([0, ...boundaries]);
  for (const nr of singles.keys()) {
    starts.add(nr);
    if (nr < ALL) starts.add(nr + 1);
  }
  const ranges: Range[] = [];
  for (const from of [...starts].sort((a, b) => a - b)) {
    const decision = singles.get(from) ?? others(from);
    if (ranges.at(-1)?.decision !== decision) ranges.push({ from, decision });
  }
  return ranges;
}

/**
 * Tests of a word (mostly the call's number) that lead to the decision of its range.
 * - `linear`: one test after the other, as few as there can be;
 * - `tree`: halves the ranges with every test.
 */
export function dispatch(ranges: readonly Range[], word: number, how: Dispatch, decisions: Decisions): Decision {
  return how === "linear" ? linear(ranges, word, decisions) : tree(ranges, word, decisions);
}

function linear(ranges: readonly Range[], word: number, decisions: Decisions): Decision {
  // A single number between two ranges of one decision takes one test, where two boundaries would take two.
  const exceptions: Range[] = [];
  const rest: Range[] = [];
  for (const [i, range] of ranges.entries()) {
    const before = rest.at(-1);
    const after = ranges[i + 1];
    if (before !== undefined && isSingle(ranges, i) && before.decision === after?.decision) exceptions.push(range);
    else if (before?.decision !== range.decision) rest.push(range);
  }
  let result = rest[0]!.decision;
  // The highest boundary is asked first, so that what is below it needs no second one.
  for (const { from, decision } of rest.slice(1)) result = decisions.test(word, ALL, "ge", from, decision, result);
  for (const { from, decision } of exceptions.toReversed())
    result = decisions.test(word, ALL, "eq", from, decision, result);
  return result;
}

function tree(ranges: readonly Range[], word: number, decisions: Decisions): Decision {
  const build = (from: number, to: number): Decision => {
    const first = ranges[from]!;
    if (to - from === 1) return first.decision;
    if (to - from === 3 && isSingle(ranges, from + 1) && first.decision === ranges[from + 2]!.decision)
      return decisions.test(word, ALL, "eq", ranges[from + 1]!.from, ranges[from + 1]!.decision, first.decision);
    const middle = splitOf(from, to);
    return decisions.test(word, ALL, "ge", ranges[middle]!.from, build(middle, to), build(from, middle));
  };
  /** The middle, moved by one where both halves then end in triples around a single number. */
  const splitOf = (from: number, to: number): number => {
    const middle = (from + to) >> 1;
    if (to - from > 3 && (middle - from) % 2 === 0 && middle + 1 < to) return middle + 1;
    return middle;
  };
  return build(0, ranges.length);
}

function isSingle(ranges: readonly Range[], i: number): boolean {
  const next = ranges[i + 1];
  return next !== undefined && next.from === ranges[i]!.from + 1;
}
