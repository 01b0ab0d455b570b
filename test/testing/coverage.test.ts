import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { InterpretedProgram } from "../../src/bpf/vm/interpreter/interpreted-program.ts";
import { createContainer } from "../../src/container.ts";
import { schemaParts } from "../../src/open-topology.ts";
import type { ProgramRunner } from "../../src/programs/engine.ts";
import { coverageAsHtml } from "../../src/report/coverage/html.ts";
import { coverageAsLcov } from "../../src/report/coverage/lcov.ts";
import { runTests } from "../../src/run-tests.ts";
import { linesOf, mergeCoverage, type ProgramCoverage, totalsOf } from "../../src/testing/coverage/coverage.ts";
import { loadPolicyTest } from "../../src/testing/load.ts";
import type { ProgramTest } from "../../src/testing/model.ts";
import { Pace } from "../../src/testing/pace.ts";
import { runProgramTest } from "../../src/testing/run-program-test.ts";
import { TOKENS } from "../../src/tokens.ts";
import { readDocument } from "../../src/topology/document.ts";
import { netsim } from "../cli/fake-terminal.ts";
import { scratch } from "../scratch.ts";

const EXAMPLES = ["policies/tests/classify.yaml", "policies/tests/port-counter.yaml"];

/** Instructions that the interpreter itself counts in all cases of a test. */
async function interpreted(file: string): Promise<number> {
  let executed = 0;
  const runner: ProgramRunner = {
    prepare: () => {
      throw new Error("extended programs only");
    },
    load: (bytes, environment) => {
      const program = new InterpretedProgram(bytes, environment);
      const run = (context: number) => {
        const execution = program.begin(context);
        expect(execution.resume(1e6)).toBe(true);
        executed += execution.executed;
        return execution.values[0]!;
      };
      return { run, slot: program.slot };
    },
  };
  const container = createContainer();
  const test = loadPolicyTest(readDocument(file), schemaParts(container)) as ProgramTest;
  const cases = await runProgramTest(test, runner, container.get(TOKENS.LanguageRegistry), () => true, new Pace());
  expect(cases.every(({ passed }) => passed)).toBe(true);
  return executed;
}

async function covered(path: string): Promise<ProgramCoverage[]> {
  const report = await runTests([path], { coverage: true });
  expect(report.files.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
  return report.files.flatMap(({ coverage = [] }) => coverage);
}

const counts = ({ instructions }: ProgramCoverage) => instructions.map(({ count }) => count);
const total = (program: ProgramCoverage) => counts(program).reduce((sum, count) => sum + count, 0);

/** Three ways through, and a function that is called twice on one of them. */
const WAYS = `program:
  extended: |
    r0 = *(u32 *)(r1 + 8)
    if r0 == 1 goto one
    if r0 > 5 goto many
    r0 = 0
    exit
    many:
    r1 = 3
    call double
    r1 = r0
    call double
    exit
    one:
    r0 = 1
    exit
    double:
    r0 = r1
    r0 += r1
    exit
cases:
  - { packet: { udp: {} }, context: { mark: $mark }, expect: { returns: $to }, with: [{ mark: 0, to: 0 }, { mark: 9, to: 12 }, { mark: 8, to: 12 }] }
`;

describe("coverage", () => {
  it.each(EXAMPLES)("counts as many instructions as the interpreter: %s", async (file) => {
    const [program] = await covered(file);
    expect(total(program!)).toBe(await interpreted(file));
    expect(total(program!)).toBeGreaterThan(20);
  });

  it("counts each instruction, what is called too, and which way branches go", async () => {
    const [program] = await covered(scratch({ "ways.yaml": WAYS }));
    expect(counts(program!)).toEqual([3, 3, 3, 1, 1, 2, 2, 2, 2, 2, 0, 0, 4, 4, 4]);
    expect(program!.instructions.flatMap(({ index, branch }) => (branch ? [{ index, ...branch }] : []))).toEqual([
      { index: 1, jumped: 0, wentOn: 3 },
      { index: 2, jumped: 2, wentOn: 1 },
    ]);
    expect(totalsOf(program!)).toEqual({ instructions: [13, 15], branches: [3, 4] });
    expect(counts(mergeCoverage([program!, program!])[0]!)).toEqual(counts(program!).map((count) => 2 * count));
  });

  const CALLED_BACK = `
typedef unsigned int u32;
static long (*loop)(u32, void *, void *, unsigned long long) = (void *)181;
static __attribute__((noinline)) long is_second(u32 *count) { return *count == 2; }
static long each(u32 index, void *context) {
  u32 *count = context;
  *count += 1;
  return is_second(count);
}
__attribute__((section("socket"), used)) int filter(void *packet) {
  u32 count = 0;
  loop(4, each, &count, 0);
  return count;
}
char _license[] __attribute__((section("license"), used)) = "GPL";
`;
  const clang = spawnSync("clang", ["--version"]).status === 0;
  it.skipIf(!clang)("counts what helpers call back, each time, and what that calls (needs clang)", async () => {
    const cases = "cases: [{ packet: { udp: {} }, expect: { returns: 2 } }]\n";
    const file = scratch({ "loop.yaml": `program: { source: loop.c }\n${cases}`, "loop.c": CALLED_BACK });
    const [program] = await covered(file);
    const lines = linesOf([program!]).get(join(dirname(file), "loop.c"))!;
    const counted = CALLED_BACK.split("\n").flatMap((text, i) => {
      const count = lines.get(i + 1)?.count;
      return count === undefined ? [] : [`${count} ${text.trim().slice(0, 30)}`];
    });
    // The loop ends when it is told to, the second time.
    expect(counted).toEqual(
      expect.arrayContaining([
        "2 *count += 1;",
        "2 return is_second(count);",
        "1 loop(4, each, &count, 0);",
        "1 return count;",
      ]),
    );
    const runs = program!.instructions.filter(({ count }) => count > 0).map(({ count }) => count);
    expect(new Set(runs)).toEqual(new Set([1, 2]));
  });

  it("counts classic programs, programs of topologies and filters of system calls", async () => {
    const [classic] = await covered("policies/tests/ssh-only.yaml");
    expect(classic!.instructions[0]).toMatchObject({ text: "ldh [12]", count: 48 });
    const [seccomp] = await covered("policies/tests/web-server.yaml");
    expect(seccomp).toMatchObject({ name: "policies/web-server.json" });
    expect(seccomp!.instructions[0]!.count).toBe(4);
    const programs = await covered("topologies/objects.yaml");
    expect(programs.map(({ name }) => name)).toEqual(["classify", "count"]);
    expect(programs.every((program) => total(program) > 0)).toBe(true);
  });

  it("gives lcov the lines of C that BTF names, each as often as its instruction that ran most", async () => {
    const programs = await covered("policies/tests/classify.yaml");
    const [first] = programs;
    const lines = linesOf(programs).get("./classify.c")!;
    const text = coverageAsLcov(programs);
    expect(text).toContain("SF:./classify.c\n");
    for (const [line, { count }] of lines) expect(text).toContain(`DA:${line},${count}\n`);
    for (const [line, { count }] of lines)
      expect(count).toBe(
        Math.max(...first!.instructions.filter(({ place }) => place!.line === line).map((one) => one.count)),
      );
    expect(text).toContain(`LF:${lines.size}\nLH:${[...lines.values()].filter(({ count }) => count > 0).length}\n`);
  });

  it("does not let a program's text out into the page", () => {
    const page = coverageAsHtml([{ name: "<script>", instructions: [] }], () => undefined);
    expect(page).toContain("<h2>&lt;script&gt;</h2>");
  });

  it("is written in the format that the file's ending says, and refused where it is not to be had", async () => {
    const directory = scratch();
    const file = (name: string) => join(directory, name);
    for (const [name, told] of Object.entries({
      "a.info": "end_of_record",
      "a.html": "<table>",
      "a.txt": "Coverage",
    })) {
      const { exitCode } = await netsim(["test", "policies/tests", "--coverage", file(name)]);
      expect(exitCode).toBe(0);
      expect(readFileSync(file(name), "utf8")).toContain(told);
    }
    const refused = [
      ["--coverage", file("a.xml")],
      ["--coverage", file("b.info"), "--engine", "jit"],
      ["--report", "json", "--coverage"],
    ];
    for (const words of refused)
      expect(await netsim(["test", "policies/tests", ...words])).toMatchObject({ exitCode: 2 });
    expect(existsSync(file("b.info"))).toBe(false);
  });

  it("leaves out branches that the verifier found to go one way only", async () => {
    const text = "r0 = 1\nif r0 == 1 goto out\nr0 = 2\nout:\nexit";
    const indented = text.replaceAll("\n", "\n    ");
    const file = scratch({
      "a.yaml": `program:\n  extended: |\n    ${indented}\ncases: [{ packet: { udp: {} }, expect: { returns: 1 } }]\n`,
    });
    const [program] = await covered(file);
    expect(program!.instructions.every(({ branch }) => branch === undefined)).toBe(true);
  });
});
