import type { Reporter } from "./reporter.ts";

/** The result object as it is; docs/result.md describes its members. */
export const jsonReporter: Reporter = {
  name: "json",
  description: "the whole result as one JSON object",
  render: (result) => `${JSON.stringify(result, undefined, 2)}\n`,
};
