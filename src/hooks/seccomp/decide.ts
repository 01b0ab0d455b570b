import { ACTION, type ActionName, dataOf, effectOf, errnoOf, isStricter } from "./action.ts";
import type { SeccompFilter } from "./filter.ts";
import { SECCOMP_DATA_WORDS, type SeccompCall, writeSeccompData } from "./seccomp-data.ts";

/** What a thread's filters say of a call. */
export interface Decision {
  /** The winning filter's return value, unsigned. */
  readonly returnValue: number;
  /** What the kernel does: unknown actions kill the process. */
  readonly action: ActionName;
  /** Lower half of the return value. */
  readonly data: number;
  /** Error number that the call gives; only of ERRNO. */
  readonly errno?: number;
  /** Index among the filters of the one that won; undefined where all of them allow, or there are none. */
  readonly filter?: number;
  /** What each filter returned and which instructions it ran, newest first. */
  readonly paths: readonly FilterPath[];
}

export interface FilterPath {
  /** Index among the filters, which are counted from the oldest. */
  readonly filter: number;
  readonly returnValue: number;
  /** Numbers of the instructions that ran, in order. */
  readonly instructions: readonly number[];
}

/**
 * Runs a thread's filters on a call, all of them and the newest first; the strictest action wins, and among equals the newest
 * filter's (kernel/seccomp.c, seccomp_run_filters).
 * @param filters in the order in which they were installed.
 */
export function decide(call: SeccompCall, filters: readonly SeccompFilter[]): Decision {
  const words = new Uint32Array(SECCOMP_DATA_WORDS);
  writeSeccompData(call, words);
  const paths: FilterPath[] = [];
  let winner: FilterPath | undefined;
  for (let filter = filters.length - 1; filter >= 0; filter--) {
    const instructions: number[] = [];
    const returnValue = filters[filter]!.trace(words, instructions);
    const path = { filter, returnValue, instructions };
    paths.push(path);
    if (isStricter(returnValue, winner?.returnValue ?? ACTION.ALLOW)) winner = path;
  }
  const returnValue = winner?.returnValue ?? ACTION.ALLOW;
  const action = effectOf(returnValue);
  return {
    returnValue,
    action,
    data: dataOf(returnValue),
    ...(action === "ERRNO" ? { errno: errnoOf(returnValue) } : {}),
    ...(winner === undefined ? {} : { filter: winner.filter }),
    paths,
  };
}

/** The same for many calls, without the paths. Allocates nothing. @param words struct seccomp_data in words. */
export function runFilters(words: Uint32Array, filters: readonly SeccompFilter[]): number {
  let result: number = ACTION.ALLOW;
  for (let i = filters.length - 1; i >= 0; i--) {
    const value = filters[i]!.run(words);
    if (isStricter(value, result)) result = value;
  }
  return result;
}
