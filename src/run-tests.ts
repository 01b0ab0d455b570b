import { createContainer } from "./container.ts";
import { EXIT, type ExitCode, fail, NetsimError } from "./errors.ts";
import { type FileOptions, runTestFile } from "./run-test-file.ts";
import { TestWorkers } from "./test-workers.ts";
import { findTestFiles, type TestFile } from "./testing/find-files.ts";
import type { CaseProgress } from "./testing/pace.ts";
import { ProgressTally, type TestProgress } from "./testing/progress.ts";
import type { FileResult, TestReport } from "./testing/result.ts";
import { TOKENS } from "./tokens.ts";

export { checkPolicyTest } from "./run-test-file.ts";

/** How tests are run. */
export interface TestOptions extends Partial<FileOptions> {
  /** Told after each file, and within long ones. */
  readonly progress?: (progress: TestProgress) => void;
  /** Threads that share so many files. Default 1, which is this one. */
  readonly jobs?: (files: number) => number;
  /** Where the code of such threads lies, as it was built: needed for more than one. */
  readonly worker?: URL;
}

const DEFAULT_ENGINE = "interpreter";

/**
 * Runs policy tests and topologies with expectations. What fails and what is wrong with single files is part of the report, in the
 * order of the files, whoever ran them; rejects with a NetsimError where a path cannot be read or an option is wrong.
 */
export async function runTests(paths: readonly string[], options: TestOptions = {}): Promise<TestReport> {
  const engine = options.engine ?? DEFAULT_ENGINE;
  const known = createContainer().get(TOKENS.EngineRegistry);
  if (known.find(engine) === undefined)
    fail("usage", `There is no engine '${engine}'.`, { hint: `There are: ${known.names.join(", ")}.` });
  if (options.coverage && engine !== DEFAULT_ENGINE)
    fail("usage", `Coverage is counted by the ${DEFAULT_ENGINE}, not by the engine '${engine}'.`);
  const all = await runFiles(findTestFiles(paths), engine, options);
  const files = all.filter(({ cases, diagnostics }) => cases.length > 0 || diagnostics.length > 0);
  const elsewhere = all.reduce((sum, file) => sum + (file.elsewhere ?? 0), 0);
  const cases = files.flatMap((file) => file.cases);
  const failed = cases.filter(({ passed }) => !passed).length;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  return {
    files,
    engine,
    passed: cases.length - failed - skipped,
    failed,
    skipped,
    ...(elsewhere > 0 && { elsewhere }),
    exitCode: options.signal?.aborted ? EXIT.interrupted : exitCodeOf(files, failed),
  };
}

/** Results of the files that are tests. */
async function runFiles(found: readonly TestFile[], engine: string, options: TestOptions): Promise<FileResult[]> {
  const { progress, jobs, worker, ...rest } = options;
  const fileOptions = { ...rest, engine };
  const { signal } = options;
  const threads = Math.min(jobs?.(found.length) ?? 1, found.length);
  const workers = worker !== undefined && threads > 1 ? new TestWorkers(worker, threads, fileOptions) : undefined;
  const results: (FileResult | undefined)[] = [];
  const tally = new ProgressTally(found.length, progress ?? (() => {}));
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < found.length && !signal?.aborted) {
      const number = next++;
      const file = found[number]!;
      const within = (cases: CaseProgress) => tally.within(number, cases);
      results[number] = await (workers?.run(file, number, within) ?? runTestFile(file, number, fileOptions, within));
      tally.finished(number, results[number]?.cases ?? []);
      await new Promise(setImmediate);
    }
  };
  try {
    await Promise.all(Array.from({ length: workers === undefined ? 1 : threads }, work));
  } finally {
    await workers?.close();
  }
  return results.filter((result) => result !== undefined);
}

function exitCodeOf(files: readonly FileResult[], failed: number): ExitCode {
  const diagnostics = files.flatMap((file) => file.diagnostics);
  if (diagnostics.some(({ severity }) => severity === "error")) return new NetsimError(diagnostics).exitCode;
  return failed > 0 ? EXIT.expectationFailed : EXIT.ok;
}
