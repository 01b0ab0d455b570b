import type { RunResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { count } from "../words.ts";

/** Each expectation with a mark; a failed one shows its place, and what was got instead. */
export function describeExpectations({ expectations }: Pick<RunResult, "expectations">, paint: Paint): string[] {
  if (expectations.length === 0) return [];
  const failed = expectations.filter(({ passed }) => !passed).length;
  const summary = failed === 0 ? "all as expected" : `${count(failed)} of ${count(expectations.length)} failed`;
  const lines = expectations.flatMap(({ passed, place, subject, expected, got }) =>
    passed
      ? [`  ${paint.green("ok")}    ${subject}: ${expected}`]
      : [`  ${paint.red("FAIL")}  ${subject}: expected ${expected}, got ${got}`, `        ${paint.dim(`at ${place}`)}`],
  );
  return [`${paint.bold("Expectations")}  ${(failed === 0 ? paint.green : paint.red)(summary)}`, ...lines];
}
