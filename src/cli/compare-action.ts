import { type Contestant, compare } from "../compare/comparison.ts";
import { compareWithLab } from "../compare/lab-comparison.ts";
import { EXIT, type ExitCode, fail } from "../errors.ts";
import { requireKernel } from "../kernel/kernel.ts";
import { runLab } from "../kernel/lab/lab.ts";
import { openTopology } from "../open-topology.ts";
import { comparisonAsMarkdown, describeComparison, describeLabComparison } from "../report/compare.ts";
import { painter } from "../report/paint.ts";
import type { RunOptions } from "../run/run-options.ts";
import { TOKENS } from "../tokens.ts";
import type { Terminal } from "./command.ts";
import type { CompareFlags } from "./compare.ts";
import { type Subject, subjectOf } from "./compare-subject.ts";
import type { DiffFlags } from "./seccomp/diff.ts";

const ENGINES = ["interpreter", "jit"];

/** Runs what is to be compared and shows what differs. */
export async function compareRuns(
  first: string,
  second: string | undefined,
  flags: CompareFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const subject = subjectOf(first);
  if (subject.kind !== "topology") return compareOther(first, second, subject, flags, terminal);
  if (flags.packets !== undefined || flags.section !== undefined || flags.plugin !== undefined)
    fail("usage", "--packets, --section and --plugin are for programs.");
  const chosen = [second !== undefined, flags.lab === true, flags.engines !== undefined].filter(Boolean).length;
  if (chosen > 1) fail("usage", "Compare with one thing: another topology, --lab or --engines.");
  if (flags.json && flags.markdown) fail("usage", "--json and --markdown exclude each other.");
  if (flags.hosts && second === undefined) fail("usage", "--hosts is for two topologies.");
  if (flags.lab) return withLab(first, flags, terminal);
  const until = flags.until === undefined ? {} : { until: flags.until };
  const contestants =
    second === undefined
      ? await engines(first, flags.engines ?? ENGINES, until)
      : await Promise.all([first, second].map((file) => contestant(file, file, until, flags.hosts)));
  const result = await compare(contestants);
  if (flags.json) terminal.out(`${JSON.stringify(result, undefined, 2)}\n`);
  else
    for (const comparison of result.comparisons)
      terminal.out(
        flags.markdown ? comparisonAsMarkdown(comparison) : describeComparison(comparison, painter(terminal.outColor)),
      );
  return result.exitCode;
}

async function compareOther(
  first: string,
  second: string | undefined,
  subject: Exclude<Subject, { kind: "topology" }>,
  flags: CompareFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (flags.json && flags.markdown) fail("usage", "--json and --markdown exclude each other.");
  if (subject.kind === "policy") {
    if (second === undefined) fail("usage", `'${first}' is a profile: compare it with another one.`);
    if (flags.markdown || flags.lab || flags.engines) fail("usage", "Profiles are compared as text or with --json.");
    const { diffPolicies } = await import("./seccomp/diff-action.ts");
    return diffPolicies(first, second, { ...(flags.json && { json: true }) } as DiffFlags, terminal);
  }
  if (second !== undefined) fail("usage", "One program at a time is put at every place.");
  const { compareAtPlaces } = await import("./compare-program-action.ts");
  return compareAtPlaces(first, subject, flags, terminal);
}

async function contestant(file: string, name: string, options: RunOptions, onlyHosts = false): Promise<Contestant> {
  const { topology, container } = await openTopology(file);
  return { name, topology, runner: container.get(TOKENS.TopologyRunner), options, onlyHosts };
}

async function engines(file: string, names: readonly string[], options: RunOptions): Promise<Contestant[]> {
  const opened = await contestant(file, file, options);
  return names.map((engine) => ({ ...opened, name: engine, options: { ...options, engine } }));
}

async function withLab(file: string, { until, json, markdown }: CompareFlags, terminal: Terminal): Promise<ExitCode> {
  if (markdown) fail("usage", "--lab has no Markdown form; take --json.");
  const kernel = await requireKernel();
  const { topology, container } = await openTopology(file);
  const runner = container.get(TOKENS.TopologyRunner);
  const end = until === undefined ? {} : { until };
  const run = await runner.run(topology, end);
  const scene = await runner.assemble(topology);
  try {
    const lab = await runLab(topology, scene, kernel, {
      ...end,
      clock: terminal.clock,
      signal: terminal.interrupted,
    });
    const comparison = compareWithLab(run, lab);
    terminal.out(
      json
        ? `${JSON.stringify({ kernel: lab.kernel, ...comparison }, undefined, 2)}\n`
        : describeLabComparison(comparison, lab.kernel, painter(terminal.outColor)),
    );
    if (terminal.interrupted.aborted) return EXIT.interrupted;
    return comparison.differences.length === 0 ? EXIT.ok : EXIT.expectationFailed;
  } finally {
    scene.close();
  }
}
