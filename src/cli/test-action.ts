import { type ExitCode, fail } from "../errors.ts";
import { TEST_REPORTERS } from "../report/test/built-in.ts";
import { runTests } from "../run-tests.ts";
import type { Terminal } from "./command.ts";
import { showDiagnostics } from "./show-failure.ts";
import type { TestFlags } from "./test.ts";

/** Runs tests and reports what they came to. */
export async function test(paths: readonly string[], flags: TestFlags, terminal: Terminal): Promise<ExitCode> {
  const { report: format, engine, filter, shard } = flags;
  const reporter = TEST_REPORTERS.find(({ name }) => name === format)!;
  const report = await runTests(paths, {
    ...(engine !== undefined && { engine }),
    ...(filter && { filter }),
    ...(shard && { shard }),
    signal: terminal.interrupted,
  });
  if (report.files.length === 0)
    fail("usage", filter || shard ? "No case is meant." : "There is no test there.", {
      hint: "A policy test is a YAML file with `cases`; a topology that is one has `expect`.",
    });
  terminal.out(reporter.render(report, { color: terminal.outColor }));
  const diagnostics = report.files.flatMap((file) => file.diagnostics);
  if (diagnostics.length > 0) showDiagnostics(diagnostics, terminal);
  return report.exitCode;
}
