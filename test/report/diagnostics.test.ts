import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/errors.ts";
import { formatDiagnostics } from "../../src/report/diagnostics.ts";

const LINES: Record<string, readonly string[]> = {
  "a.yaml": ["name: x", "nodes:", "\tclient: { kidn: host }", `${"x".repeat(300)}HERE`, "bad \u001b[31m escape", ""],
};
const read = (file: string) => LINES[file];
const error = (more: Partial<Diagnostic>): Diagnostic => ({
  code: "schema-unknown-key",
  severity: "error",
  message: "There is no key 'kidn'.",
  ...more,
});

describe("formatDiagnostics", () => {
  const cases = [
    { name: "without a place", have: error({}), want: "error[schema-unknown-key]: There is no key 'kidn'.\n" },
    {
      name: "a warning says so",
      have: error({ severity: "warning" }),
      want: "warning[schema-unknown-key]: There is no key 'kidn'.\n",
    },
    {
      name: "the line with a caret under the whole word, and the hint",
      have: error({ place: { file: "a.yaml", line: 3, column: 12, endColumn: 16 }, hint: "Did you mean 'kind'?" }),
      want: [
        "a.yaml:3:12: error[schema-unknown-key]: There is no key 'kidn'.",
        "  3 |  client: { kidn: host }",
        "    |            ^^^^",
        "  hint: Did you mean 'kind'?",
        "",
      ].join("\n"),
    },
    {
      name: "a place without a column",
      have: error({ place: { file: "a.yaml", line: 1 } }),
      want: "a.yaml:1: error[schema-unknown-key]: There is no key 'kidn'.\n  1 | name: x\n",
    },
    {
      name: "a byte of a binary file",
      have: error({ place: { file: "in.pcap", offset: 24 } }),
      want: "in.pcap: byte 24: error[schema-unknown-key]: There is no key 'kidn'.\n",
    },
    {
      name: "a line that is not there any more",
      have: error({ place: { file: "a.yaml", line: 99, column: 1 } }),
      want: "a.yaml:99:1: error[schema-unknown-key]: There is no key 'kidn'.\n",
    },
    {
      name: "a file that cannot be read any more",
      have: error({ place: { file: "gone.yaml", line: 1, column: 1 } }),
      want: "gone.yaml:1:1: error[schema-unknown-key]: There is no key 'kidn'.\n",
    },
    {
      name: "a long line is cut around the place",
      have: error({ place: { file: "a.yaml", line: 4, column: 301, endColumn: 305 } }),
      want: [
        "a.yaml:4:301: error[schema-unknown-key]: There is no key 'kidn'.",
        `  4 | ${"x".repeat(116)}HERE`,
        `    | ${" ".repeat(116)}^^^^`,
        "",
      ].join("\n"),
    },
    {
      name: "escape sequences of a file do not reach the terminal",
      have: error({ place: { file: "a.yaml", line: 5, column: 1 } }),
      want: [
        "a.yaml:5:1: error[schema-unknown-key]: There is no key 'kidn'.",
        "  5 | bad ?[31m escape",
        "    | ^",
        "",
      ].join("\n"),
    },
  ];
  it.each(cases)("$name", ({ have, want }) => {
    expect(formatDiagnostics([have], false, read)).toBe(want);
  });

  it("uses colour only where it is wanted", () => {
    const diagnostics = [error({ place: { file: "a.yaml", line: 3, column: 12 } })];
    expect(formatDiagnostics(diagnostics, true, read)).toContain("\u001b[31m");
    expect(formatDiagnostics(diagnostics, false, read)).not.toContain("\u001b");
  });
});
