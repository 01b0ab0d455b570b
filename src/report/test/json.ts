import type { TestReporter } from "./test-reporter.ts";

/** The whole report as JSON. */
export const jsonTestReporter: TestReporter = {
  name: "json",
  description: "everything, for programs",
  render: (report) => `${JSON.stringify(report, undefined, 2)}\n`,
};
