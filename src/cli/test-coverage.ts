import { writeFileSync } from "node:fs";
import { fail } from "../errors.ts";
import { failAsFileError } from "../packet/capture/file-error.ts";
import { coverageAsHtml } from "../report/coverage/html.ts";
import { coverageAsLcov } from "../report/coverage/lcov.ts";
import { coverageAsText } from "../report/coverage/text.ts";
import { painter } from "../report/paint.ts";
import { mergeCoverage, type ProgramCoverage } from "../testing/coverage/coverage.ts";
import type { TestReport } from "../testing/result.ts";
import type { Terminal } from "./command.ts";
import { cachedLines } from "./show-failure.ts";

/** What files of coverage hold, by their endings. */
const FORMATS: Readonly<Record<string, (programs: readonly ProgramCoverage[]) => string>> = {
  info: coverageAsLcov,
  lcov: coverageAsLcov,
  html: (programs) => coverageAsHtml(programs, cachedLines()),
  txt: (programs) => coverageAsText(programs, painter(false)),
};

/** Refuses what cannot be written, before anything is run. */
export function checkCoverage(target: string | true, report: string): void {
  if (target === true) {
    if (report !== "text") fail("usage", `--coverage needs a file beside --report ${report}.`);
  } else if (formatOf(target) === undefined)
    fail("usage", `'${target}' does not say what it is to hold.`, {
      hint: "Let it end with .info (lcov), .html or .txt.",
    });
}

/** Shows or writes what ran. Throws a NetsimError `file-unwritable`. */
export function showCoverage({ files }: TestReport, target: string | true, terminal: Terminal): void {
  const programs = mergeCoverage(files.flatMap(({ coverage = [] }) => coverage));
  if (target === true) {
    terminal.out(`\n${coverageAsText(programs, painter(terminal.outColor))}`);
    return;
  }
  try {
    writeFileSync(target, formatOf(target)!(programs));
  } catch (error) {
    failAsFileError(error, "file-unwritable", target);
  }
  const format = formatOf(target);
  const lost = programs.filter(({ instructions }) => instructions.every(({ place }) => place?.line === undefined));
  if (format === coverageAsLcov && lost.length > 0)
    terminal.error(`${lost.map(({ name }) => name).join(", ")}: no lines are known, so that lcov cannot show them.\n`);
}

function formatOf(file: string): ((programs: readonly ProgramCoverage[]) => string) | undefined {
  return FORMATS[/\.(\w+)$/.exec(file)?.[1] ?? ""];
}
