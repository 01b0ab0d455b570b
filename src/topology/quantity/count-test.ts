import type { CountTest } from "../model.ts";
import { QuantityError } from "./quantity.ts";

const HINT = 'Counts are tested by 10, ">= 5", "< 3", "!= 0" or "1..3" (both ends included).';

const COMPARE: { readonly [operator: string]: (value: number, bound: number) => boolean } = {
  "": (value, bound) => value === bound,
  "=": (value, bound) => value === bound,
  "==": (value, bound) => value === bound,
  "!=": (value, bound) => value !== bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
};

/** Reads a test of a count. Throws a QuantityError. */
export function parseCountTest(text: string): CountTest {
  const range = /^\s*(\d{1,15})\s*\.\.\s*(\d{1,15})\s*$/.exec(text);
  if (range !== null) {
    const [low, high] = [Number(range[1]), Number(range[2])];
    if (low > high) throw new QuantityError(`The range '${text}' is empty: ${low} is more than ${high}.`, HINT);
    return { text, accepts: (value) => value >= low && value <= high };
  }
  const comparison = /^\s*([<>=!]=?)?\s*(\d{1,15})\s*$/.exec(text);
  const compare = comparison === null ? undefined : COMPARE[comparison[1] ?? ""];
  if (compare === undefined) throw new QuantityError(`'${text}' is not a test of a count.`, HINT);
  const bound = Number(comparison![2]);
  return { text, accepts: (value) => compare(value, bound) };
}
