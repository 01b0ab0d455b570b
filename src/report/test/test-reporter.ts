import type { TestReport } from "../../testing/result.ts";
import type { ReportStyle } from "../reporter.ts";

/** A format that the result of tests is written in. */
export interface TestReporter {
  /** Unique; what `--report` chooses between. */
  readonly name: string;
  /** What it is, in one line for people. */
  readonly description: string;
  /** Returns the whole text, with its last newline. */
  render(report: TestReport, style: ReportStyle): string;
}
