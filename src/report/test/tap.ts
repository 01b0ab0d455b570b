import type { CaseResult } from "../../testing/result.ts";
import { printable } from "../printable.ts";
import { detailLines, placeText } from "./failure-text.ts";
import type { TestReporter } from "./test-reporter.ts";

/** Test Anything Protocol, version 14 (testanything.org). */
export const tapTestReporter: TestReporter = {
  name: "tap",
  description: "Test Anything Protocol",
  render({ files }) {
    const lines: string[] = [];
    let number = 0;
    for (const { file, cases, diagnostics } of files) {
      for (const one of cases) lines.push(...point(++number, file, one));
      if (!diagnostics.some(({ severity }) => severity === "error")) continue;
      lines.push(`not ok ${++number} - ${escaped(file)}`);
      lines.push(...block(diagnostics.map(({ message }) => message)));
    }
    return `TAP version 14\n1..${number}\n${lines.map((line) => `${line}\n`).join("")}`;
  },
};

function point(number: number, file: string, one: CaseResult): string[] {
  const line = `${one.passed ? "ok" : "not ok"} ${number} - ${escaped(`${file} > ${one.name}`)}`;
  if (one.skipped !== undefined) return [`${line} # SKIP ${printable(one.skipped)}`];
  return one.passed ? [line] : [line, ...block([`at ${placeText(one.place)}`, ...detailLines(one)])];
}

/** A diagnostic block of YAML. */
function block(lines: readonly string[]): string[] {
  return [
    "  ---",
    "  message: |",
    ...lines.flatMap((text) => text.split("\n")).map((text) => `    ${printable(text)}`),
    "  ...",
  ];
}

/** A `#` would begin a directive. */
function escaped(text: string): string {
  return printable(text).replace(/[\\#]/g, "\\$&");
}
