import type { CaseResult, FileResult } from "../../testing/result.ts";
import { type Paint, painter } from "../paint.ts";
import { printable } from "../printable.ts";
import { count } from "../words.ts";
import { detailLines, placeText } from "./failure-text.ts";
import type { TestReporter } from "./test-reporter.ts";

/** For people: files that pass in a line each, failed cases with all that is known. */
export const textTestReporter: TestReporter = {
  name: "text",
  description: "for people",
  render({ files, passed, failed, skipped }, { color }) {
    const paint = painter(color);
    const lines = files.flatMap((file) => fileLines(file, paint));
    const broken = files.filter(({ diagnostics }) => diagnostics.some(({ severity }) => severity === "error")).length;
    const parts = [`${count(passed)} passed`];
    if (failed > 0) parts.push(paint.red(`${count(failed)} failed`));
    if (skipped > 0) parts.push(paint.yellow(`${count(skipped)} skipped`));
    if (broken > 0) parts.push(paint.red(`${count(broken)} ${broken === 1 ? "file" : "files"} cannot be used`));
    return `${[...lines, parts.join(", ")].join("\n")}\n`;
  },
};

function fileLines({ file, cases, diagnostics }: FileResult, paint: Paint): string[] {
  const failed = cases.filter((one) => !one.passed);
  const name = printable(file);
  if (diagnostics.length > 0 && cases.length === 0) return [`${paint.red("BAD")}   ${name}`];
  const skipped = skippedLines(cases, paint);
  const left = cases.filter((one) => one.skipped === undefined).length;
  if (failed.length > 0)
    return [
      `${paint.red("FAIL")}  ${name}  ${count(failed.length)} of ${count(left)} failed`,
      ...failed.flatMap((one) => caseLines(one, paint)),
      ...skipped,
    ];
  if (left === 0) return [`${paint.yellow("skip")}  ${name}`, ...skipped];
  return [`${paint.green("ok")}    ${name}  ${count(left)} passed`, ...skipped];
}

/** Cases that were not run, counted by the reason. */
function skippedLines(cases: readonly CaseResult[], paint: Paint): string[] {
  const counts = new Map<string, number>();
  for (const { skipped } of cases) if (skipped !== undefined) counts.set(skipped, (counts.get(skipped) ?? 0) + 1);
  return [...counts].map(
    ([reason, number]) => `  ${paint.yellow("skip")}  ${count(number)} skipped: ${printable(reason)}`,
  );
}

function caseLines(one: CaseResult, paint: Paint): string[] {
  const [head, ...details] = [printable(one.name), ...detailLines(one).map(printable)];
  return [
    `  ${paint.red("FAIL")}  ${head}  ${paint.dim(`at ${printable(placeText(one.place))}`)}`,
    ...details.map((line) => `        ${line}`),
  ];
}
