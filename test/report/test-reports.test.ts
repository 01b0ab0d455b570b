import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { TEST_REPORTERS } from "../../src/report/test/built-in.ts";
import type { CaseResult, TestReport } from "../../src/testing/result.ts";

const place = (line: number, file = "tests/a,b:%.yaml") => ({ file, line, column: 3 });
const FAILURE = { subject: "verdict", expected: "passed", got: 'dro"pp<ed' };
const CASES: readonly CaseResult[] = [
  { name: "plain", place: place(3), passed: true, failures: [] },
  { name: "quotes \" and ' & <tags> ]]>", place: place(4), passed: false, failures: [FAILURE] },
  {
    name: "# SKIP is no directive \\ here\nsecond line\u001b[31m \ud800 \ufffe",
    place: place(5),
    passed: false,
    failures: [FAILURE, { ...FAILURE, subject: "length", expected: "> 3\r\nor so" }],
    path: [{ index: 0, text: "ldh [12] %0A ::error::", place: place(1, "p.bpf") }],
  },
  { name: "not asked", place: place(6), passed: true, failures: [], skipped: "The kernel does not say: a\nb # c" },
];
const BROKEN = {
  code: "yaml-syntax",
  severity: "error",
  message: 'It is no <YAML> & "so"',
  place: place(1, "b.yaml"),
} as const;
const REPORT: TestReport = {
  files: [
    { file: "tests/a,b:%.yaml", name: "<a>", kind: "policy", cases: CASES, diagnostics: [] },
    { file: "b.yaml", name: "b", kind: "policy", cases: [], diagnostics: [BROKEN] },
    {
      file: "c.yaml",
      name: "c",
      kind: "policy",
      cases: [{ name: "warned", place: place(1, "c.yaml"), passed: true, failures: [] }],
      diagnostics: [{ ...BROKEN, severity: "warning" }],
    },
  ],
  passed: 2,
  failed: 2,
  skipped: 1,
  engine: "kernel",
  exitCode: 3,
};

const rendered = (name: string, report = REPORT): string =>
  TEST_REPORTERS.find((one) => one.name === name)!.render(report, { color: false });

function parsedBy(command: string, script: string, flag: string, text: string): unknown {
  const { stdout, stderr } = spawnSync(command, [flag, script], { input: text, encoding: "utf8" });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}
const isThere = (command: string, ...words: string[]) => spawnSync(command, words).status === 0;

const XML = `
import json, sys, xml.etree.ElementTree as tree
def plain(e): return [e.tag, dict(e.attrib), (e.text or "").strip(), [plain(c) for c in e]]
print(json.dumps(plain(tree.fromstring(sys.stdin.buffer.read()))))`;

type Element = [tag: string, attributes: Record<string, string>, text: string, children: Element[]];

describe.skipIf(!isThere("python3", "--version"))("a JUnit report (needs python3's XML parser)", () => {
  const [tag, totals, , suites] = parsedBy("python3", XML, "-c", rendered("junit")) as Element;

  it("is XML whose totals are those of its parts", () => {
    expect([tag, totals]).toEqual([
      "testsuites",
      { name: "netsim", tests: "6", failures: "2", errors: "1", skipped: "1" },
    ]);
    for (const key of ["tests", "failures", "errors", "skipped"])
      expect(suites.reduce((sum, [, suite]) => sum + Number(suite[key]), 0)).toBe(Number(totals[key]));
    for (const [, suite, , cases] of suites) {
      expect(cases.length).toBe(Number(suite.tests));
      const ends = cases.flatMap(([, , , children]) => children.map(([end]) => end));
      expect(ends.filter((end) => end === "failure").length).toBe(Number(suite.failures));
      expect(ends.filter((end) => end === "error").length).toBe(Number(suite.errors));
      expect(ends.filter((end) => end === "skipped").length).toBe(Number(suite.skipped));
    }
  });

  it("has names and messages as they are, but for what XML cannot hold", () => {
    const cases = suites[0]![3];
    expect(suites[0]![1]).toMatchObject({ name: "<a>", file: "tests/a,b:%.yaml" });
    expect(cases.map(([, { name, line }]) => [name, line])).toEqual([
      ["plain", "3"],
      ["quotes \" and ' & <tags> ]]>", "4"],
      ["# SKIP is no directive \\ here\nsecond line?[31m ? ?", "5"],
      ["not asked", "6"],
    ]);
    const [failure] = cases[1]![3];
    expect([failure![0], failure![1].message]).toEqual(["failure", 'verdict: expected passed, got dro"pp<ed']);
    expect(cases[2]![3][0]![2]).toContain("0: ldh [12] %0A ::error::");
    expect(suites[1]![3][0]![3][0]![1].message).toBe('It is no <YAML> & "so"');
  });
});

const TAP = `
use TAP::Parser; use JSON::PP;
local $/; my $p = TAP::Parser->new({ tap => <STDIN> }); my @points;
while (my $r = $p->next) { push @points, [$r->is_ok ? 1 : 0, $r->number, $r->description, $r->directive, $r->explanation] if $r->is_test; }
print encode_json({ plan => $p->plan, version => $p->version, errors => [$p->parse_errors], points => \\@points });`;

describe.skipIf(!isThere("perl", "-MTAP::Parser", "-MJSON::PP", "-e", "1"))(
  "a TAP report (needs perl's TAP::Parser)",
  () => {
    it("has points as a parser of the protocol reads them", () => {
      // The parser knows versions up to 13, which differ from 14 in nothing that is used here.
      const text = rendered("tap").replace("TAP version 14", "TAP version 13");
      const { plan, errors, points } = parsedBy("perl", TAP, "-e", text) as Record<string, unknown[]>;
      expect({ plan, errors }).toEqual({ plan: "1..6", errors: [] });
      expect(points).toEqual([
        [1, 1, "- tests/a,b:%.yaml > plain", "", ""],
        [0, 2, "- tests/a,b:%.yaml > quotes \" and ' & <tags> ]]>", "", ""],
        [0, 3, expect.stringContaining("SKIP is no directive"), "", ""],
        [1, 4, "- tests/a,b:%.yaml > not asked", "SKIP", "The kernel does not say: a?b # c"],
        [0, 5, "- b.yaml", "", ""],
        [1, 6, "- c.yaml > warned", "", ""],
      ]);
    });
  },
);

describe("a TAP report", () => {
  it("begins with its version and plan, and is made of points and blocks alone", () => {
    const [version, plan, ...lines] = rendered("tap").trimEnd().split("\n");
    expect([version, plan]).toEqual(["TAP version 14", "1..6"]);
    let number = 0;
    let block = false;
    for (const line of lines) {
      if (!block && /^(not )?ok \d+ - \S/.test(line)) expect(Number(/\d+/.exec(line)![0])).toBe(++number);
      else if (line === "  ---" || line === "  ...") {
        expect(block).toBe(line === "  ...");
        block = line === "  ---";
      } else {
        expect(block, line).toBe(true);
        expect(line).toMatch(/^ {2}(message: \|| {2}.*)$/);
      }
    }
    expect({ number, block }).toEqual({ number: 6, block: false });
  });
});

describe("GitHub's annotations", () => {
  const lines = rendered("github").trimEnd().split("\n");
  const undone = (text: string) =>
    text.replace(/%(25|0D|0A|3A|2C)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

  it("are commands of one line each, whose parts are what they were", () => {
    expect(lines.at(-1)).toBe("2 passed, 2 failed, 1 skipped");
    const commands = lines.slice(0, -1).map((line) => {
      const [, level, properties, message] = /^::(error|warning) ([^:]*)::(.*)$/.exec(line)!;
      const parts = properties!.split(",").map((part) => part.split("=") as [string, string]);
      return {
        level,
        message: undone(message!),
        ...Object.fromEntries(parts.map(([key, value]) => [key, undone(value)])),
      };
    });
    expect(commands).toMatchObject([
      {
        level: "error",
        file: "tests/a,b:%.yaml",
        line: "4",
        col: "3",
        title: CASES[1]!.name,
        message: 'verdict: expected passed, got dro"pp<ed',
      },
      { level: "error", line: "5", title: CASES[2]!.name, message: expect.stringContaining("ldh [12] %0A ::error::") },
      { level: "error", file: "b.yaml", title: "yaml-syntax" },
      { level: "warning", file: "b.yaml" },
    ]);
  });

  it("have no line that a case could have made a command of its own", () => {
    for (const line of lines) expect(line).toMatch(/^::(error|warning) file=|^\d+ passed/);
  });
});

describe("reports", () => {
  const EMPTY: TestReport = { files: [], passed: 0, failed: 0, skipped: 0, engine: "jit", exitCode: 0 };
  it.each(TEST_REPORTERS.map(({ name }) => name))("of nothing are whole: %s", (name) => {
    expect(rendered(name, EMPTY)).toMatch(/\n$/);
  });

  it("as JSON are what they were made of", () => {
    expect(JSON.parse(rendered("json"))).toEqual(JSON.parse(JSON.stringify(REPORT)));
  });
});
