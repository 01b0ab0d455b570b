import type { Place } from "../../errors.ts";
import { detailLines } from "./failure-text.ts";
import type { TestReporter } from "./test-reporter.ts";

/** Workflow commands that GitHub shows beside the lines concerned. */
export const githubTestReporter: TestReporter = {
  name: "github",
  description: "annotations for GitHub Actions",
  render({ files, passed, failed, skipped }) {
    const lines = files.flatMap(({ cases, diagnostics }) => [
      ...cases.filter((one) => !one.passed).map((one) => command(one.place, one.name, detailLines(one).join("\n"))),
      ...diagnostics.map(({ severity, message, place, code }) => command(place, code, message, severity)),
    ]);
    return [...lines, `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`]
      .map((line) => `${line}\n`)
      .join("");
  },
};

function command(place: Place | undefined, title: string, message: string, level = "error"): string {
  const where =
    place === undefined
      ? []
      : [
          `file=${property(place.file)}`,
          ...(place.line === undefined ? [] : [`line=${place.line}`]),
          ...(place.column === undefined ? [] : [`col=${place.column}`]),
        ];
  return `::${level} ${[...where, `title=${property(title)}`].join(",")}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
