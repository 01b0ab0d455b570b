import type { CaseResult, FileResult } from "../../testing/result.ts";
import { printable } from "../printable.ts";
import { detailLines, failureText, placeText } from "./failure-text.ts";
import type { TestReporter } from "./test-reporter.ts";

/** JUnit's XML, which most CI systems read. */
export const junitTestReporter: TestReporter = {
  name: "junit",
  description: "JUnit XML, for CI systems",
  render({ files, passed, failed, skipped }) {
    const errors = files.filter(isBroken).length;
    const head = `<testsuites name="netsim" tests="${passed + failed + skipped + errors}" failures="${failed}" errors="${errors}" skipped="${skipped}">`;
    return `<?xml version="1.0" encoding="UTF-8"?>\n${[head, ...files.flatMap(suite), "</testsuites>"].join("\n")}\n`;
  },
};

const isBroken = ({ diagnostics }: FileResult): boolean => diagnostics.some(({ severity }) => severity === "error");

function suite(file: FileResult): string[] {
  const { name, file: path, cases, diagnostics } = file;
  const failed = cases.filter((one) => !one.passed).length;
  const errors = isBroken(file) ? 1 : 0;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  const head = `  <testsuite name=${quoted(name)} file=${quoted(path)} tests="${cases.length + errors}" failures="${failed}" errors="${errors}" skipped="${skipped}">`;
  const broken = diagnostics.filter(({ severity }) => severity === "error");
  const error = broken
    .map(({ code, message, place }) => `${place === undefined ? "" : `${placeText(place)}: `}${code}: ${message}`)
    .join("\n");
  return [
    head,
    ...cases.flatMap((one) => testcase(path, one)),
    ...(errors === 0
      ? []
      : [
          `    <testcase classname=${quoted(path)} name="file">`,
          `      <error message=${quoted(broken[0]!.message)}>${escaped(error)}</error>`,
          "    </testcase>",
        ]),
    "  </testsuite>",
  ];
}

function testcase(path: string, one: CaseResult): string[] {
  const { name, place, passed, skipped, failures } = one;
  const head = `    <testcase classname=${quoted(path)} name=${quoted(name)} file=${quoted(place.file)} line="${place.line ?? 1}"`;
  if (skipped !== undefined) return [`${head}>`, `      <skipped message=${quoted(skipped)}/>`, "    </testcase>"];
  if (passed) return [`${head}/>`];
  const message = failures.map(failureText).join("; ");
  return [
    `${head}>`,
    `      <failure message=${quoted(message)}>${escaped(detailLines(one).join("\n"))}</failure>`,
    "    </testcase>",
  ];
}

/** What XML 1.0 cannot hold (section 2.2), beside control characters. */
const NO_XML = /[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text
    .split("\n")
    .map(printable)
    .join("\n")
    .replace(NO_XML, "?")
    .replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll("\n", "&#10;")}"`;
}
