import type { RunResult } from "../run/result.ts";

/** A format that a run's result is written in, as a plugin. */
export interface Reporter {
  /** Unique among reporters; what `--report` chooses between. */
  readonly name: string;
  /** What it is, in one line for people. */
  readonly description: string;
  /** Returns the whole text, with its last newline. */
  render(result: RunResult, style: ReportStyle): string;
}

/** How much a terminal can show. */
export interface ReportStyle {
  readonly color: boolean;
}
