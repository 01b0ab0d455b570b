import { githubTestReporter } from "./github.ts";
import { jsonTestReporter } from "./json.ts";
import { junitTestReporter } from "./junit.ts";
import { tapTestReporter } from "./tap.ts";
import type { TestReporter } from "./test-reporter.ts";
import { textTestReporter } from "./text.ts";

/** The formats that results of tests are written in. */
export const TEST_REPORTERS: readonly TestReporter[] = [
  textTestReporter,
  jsonTestReporter,
  junitTestReporter,
  tapTestReporter,
  githubTestReporter,
];
