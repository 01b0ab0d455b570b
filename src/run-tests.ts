import { createContainer } from "./container.ts";
import { EXIT, type ExitCode, fail, NetsimError } from "./errors.ts";
import { type FileOptions, runTestFile } from "./run-test-file.ts";
import { findTestFiles } from "./testing/find-files.ts";
import type { FileResult, TestReport } from "./testing/result.ts";
import { TOKENS } from "./tokens.ts";

/** How tests are run. */
export interface TestOptions extends Partial<FileOptions> {
  /** Told of each file before it is run. */
  readonly progress?: (file: string) => void;
}

const DEFAULT_ENGINE = "interpreter";

/**
 * Runs policy tests and topologies with expectations. What fails and what is wrong with single files is part of the report; rejects with a
 * NetsimError where a path cannot be read or an option is wrong.
 */
export async function runTests(paths: readonly string[], options: TestOptions = {}): Promise<TestReport> {
  const engine = options.engine ?? DEFAULT_ENGINE;
  const known = createContainer().get(TOKENS.EngineRegistry);
  if (known.find(engine) === undefined)
    fail("usage", `There is no engine '${engine}'.`, { hint: `There are: ${known.names.join(", ")}.` });
  const files: FileResult[] = [];
  for (const [number, file] of findTestFiles(paths).entries()) {
    if (options.signal?.aborted) break;
    options.progress?.(file.file);
    const result = await runTestFile(file, number, { ...options, engine });
    if (result !== undefined && (result.cases.length > 0 || result.diagnostics.length > 0)) files.push(result);
    await new Promise(setImmediate);
  }
  const cases = files.flatMap((file) => file.cases);
  const failed = cases.filter(({ passed }) => !passed).length;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  return {
    files,
    engine,
    passed: cases.length - failed - skipped,
    failed,
    skipped,
    exitCode: options.signal?.aborted ? EXIT.interrupted : exitCodeOf(files, failed),
  };
}

function exitCodeOf(files: readonly FileResult[], failed: number): ExitCode {
  const diagnostics = files.flatMap((file) => file.diagnostics);
  if (diagnostics.some(({ severity }) => severity === "error")) return new NetsimError(diagnostics).exitCode;
  return failed > 0 ? EXIT.expectationFailed : EXIT.ok;
}
