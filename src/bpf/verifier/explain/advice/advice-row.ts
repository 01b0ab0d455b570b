/** What a reason means and what to try, by what it says. `$1` is the first group of the pattern. */
export type AdviceRow = readonly [pattern: RegExp, meaning: string, suggestion: string];
