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
  render({ files, passed, failed }, { color }) {
    const paint = painter(color);
    const lines = files.flatMap((file) => fileLines(file, paint));
    const broken = files.filter(({ diagnostics }) => diagnostics.some(({ severity }) => severity === "error")).length;
    const parts = [`${count(passed)} passed`];
    if (failed > 0) parts.push(paint.red(`${count(failed)} failed`));
    if (broken > 0) parts.push(paint.red(`${count(broken)} files cannot be used`));
    return `${[...lines, parts.join(", ")].join("\n")}\n`;
  },
};

function fileLines({ file, cases, diagnostics }: FileResult, paint: Paint): string[] {
  const failed = cases.filter((one) => !one.passed);
  const name = printable(file);
  if (diagnostics.length > 0 && cases.length === 0) return [`${paint.red("BAD")}   ${name}`];
  if (failed.length === 0) return [`${paint.green("ok")}    ${name}  ${count(cases.length)} passed`];
  return [
    `${paint.red("FAIL")}  ${name}  ${count(failed.length)} of ${count(cases.length)} failed`,
    ...failed.flatMap((one) => caseLines(one, paint)),
  ];
}

function caseLines(one: CaseResult, paint: Paint): string[] {
  const [head, ...details] = [printable(one.name), ...detailLines(one).map(printable)];
  return [
    `  ${paint.red("FAIL")}  ${head}  ${paint.dim(`at ${printable(placeText(one.place))}`)}`,
    ...details.map((line) => `        ${line}`),
  ];
}
