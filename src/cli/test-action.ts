import { existsSync } from "node:fs";
import { EXIT, type ExitCode, fail } from "../errors.ts";
import { TEST_REPORTERS } from "../report/test/built-in.ts";
import { runTests } from "../run-tests.ts";
import type { TestReport } from "../testing/result.ts";
import type { Terminal } from "./command.ts";
import { showDiagnostics } from "./show-failure.ts";
import type { TestFlags } from "./test.ts";
import { checkCoverage, showCoverage } from "./test-coverage.ts";
import { TestProgressLine } from "./test-progress-line.ts";
import { updateTests } from "./test-update.ts";
import { watchTests } from "./test-watch.ts";

/** The code of threads; there only where this was built. */
const WORKER = new URL("../test-worker.js", import.meta.url);
/** Files that make a thread of its own worth its start. */
const FILES_PER_JOB = 4;

/** Runs tests and reports what they came to, once or whenever something changes. */
export async function test(paths: readonly string[], flags: TestFlags, terminal: Terminal): Promise<ExitCode> {
  if (flags.coverage !== undefined) checkCoverage(flags.coverage, flags.report);
  if (flags.update && flags.watch) fail("usage", "--update is done once: leave out --watch.");
  if (!flags.watch) return testOnce(paths, flags, terminal);
  await watchTests(paths, terminal, () => testOnce(paths, flags, terminal));
  return EXIT.interrupted;
}

async function testOnce(paths: readonly string[], flags: TestFlags, terminal: Terminal): Promise<ExitCode> {
  const { report: format, filter } = flags;
  const reporter = TEST_REPORTERS.find(({ name }) => name === format)!;
  let report = await runAll(paths, flags, terminal);
  // A shard may be empty where there are fewer cases than shards.
  if (report.files.length === 0 && report.elsewhere === undefined && !terminal.interrupted.aborted)
    failWithoutCases(filter);
  // What is reported has been seen to hold.
  if (flags.update && !terminal.interrupted.aborted && updateTests(report, terminal))
    report = await runAll(paths, flags, terminal);
  terminal.out(reporter.render(report, { color: terminal.outColor }));
  if (flags.coverage !== undefined) showCoverage(report, flags.coverage, terminal);
  const diagnostics = report.files.flatMap((file) => file.diagnostics);
  if (diagnostics.length > 0) showDiagnostics(diagnostics, terminal);
  return report.exitCode;
}

/** Nothing was run: a pattern that is mistyped must not look like tests that pass. */
function failWithoutCases(filter: TestFlags["filter"]): never {
  if (filter !== undefined)
    fail("usage", `No case matches --filter '${filter.source}'.`, {
      hint: "It is a regular expression for 'FILE > NAME', as `--report tap` prints them.",
    });
  fail("usage", "There is no test there.", {
    hint: "A policy test is a YAML file with `cases`; a topology that is one has `expect`.",
  });
}

function runAll(paths: readonly string[], flags: TestFlags, terminal: Terminal): Promise<TestReport> {
  const { engine, filter, shard } = flags;
  const line = new TestProgressLine(terminal);
  return runTests(paths, {
    ...(engine !== undefined && { engine }),
    ...(filter && { filter }),
    ...(shard && { shard }),
    ...(flags.coverage !== undefined && { coverage: true }),
    ...jobs(flags, terminal),
    signal: terminal.interrupted,
    progress: (progress) => line.update(progress),
  }).finally(() => line.clear());
}

function jobs(flags: TestFlags, { processors }: Terminal): { jobs?: (files: number) => number; worker?: URL } {
  const worker = existsSync(WORKER) ? WORKER : undefined;
  const chosen = flags.jobs;
  if (chosen !== undefined && chosen > 1 && worker === undefined)
    fail("usage", "--jobs needs the built command: threads cannot run the sources.");
  if (worker === undefined) return {};
  return { worker, jobs: (files) => chosen ?? Math.min(processors, Math.ceil(files / FILES_PER_JOB)) };
}
