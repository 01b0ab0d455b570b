import { createContainer } from "./container.ts";
import { type Diagnostic, fail, NetsimError } from "./errors.ts";
import { schemaParts } from "./open-topology.ts";
import { loadPlugins } from "./plugins/load-plugins.ts";
import type { Plugin } from "./plugins/plugin.ts";
import { openEngine, type ProgramRunner } from "./programs/engine.ts";
import type { RunResult } from "./run/result.ts";
import { CountingRunner } from "./testing/coverage/counting-runner.ts";
import { kindOf, readTest, type TestFile } from "./testing/find-files.ts";
import { loadPolicyTest } from "./testing/load.ts";
import { type CaseProgress, Pace } from "./testing/pace.ts";
import type { CaseResult, FileResult } from "./testing/result.ts";
import { runProgramTest } from "./testing/run-program-test.ts";
import { filterCounters, runSeccompTest } from "./testing/run-seccomp-test.ts";
import { whyUnasked } from "./testing/unasked.ts";
import { TOKENS } from "./tokens.ts";
import type { TopologyDocument } from "./topology/document.ts";
import { loadTopology } from "./topology/load.ts";
import type { Topology } from "./topology/model.ts";
import { pluginReferences } from "./topology/plugin-references.ts";

/** How the cases of a file are run. */
export interface FileOptions {
  readonly engine: string;
  /** Only cases whose file and name, `FILE > NAME`, match. */
  readonly filter?: RegExp;
  /** Only every `of`-th case, from the `index`-th on, counted from 1. */
  readonly shard?: { readonly index: number; readonly of: number };
  /** Counts the instructions that run: needs the interpreter. */
  readonly coverage?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Runs the tests of a file; undefined where it lies in a directory and has none. What is wrong with it is part of the result.
 * @param number the file's among all, so that every case is in just one shard wherever the files are run.
 * @param progress is told of a policy test's cases now and then.
 */
export async function runTestFile(
  file: TestFile,
  number: number,
  options: FileOptions,
  progress?: (progress: CaseProgress) => void,
): Promise<FileResult | undefined> {
  let document: TopologyDocument | undefined;
  try {
    document = readTest(file);
    if (document === undefined) return undefined;
    const select = new Selection(options, number);
    switch (kindOf(document)) {
      case "policy":
        return withElsewhere(await runPolicy(document, select, options, new Pace(options.signal, progress)), select);
      case "topology":
        return withElsewhere(await runTopology(document, select, options), select);
      default:
        return fail("bad-test", `'${file.file}' holds no test.`, {
          place: { file: file.file, line: 1 },
          hint: "A policy test has `cases`; a topology that is one has `expect`.",
        });
    }
  } catch (error) {
    if (!(error instanceof NetsimError)) throw error;
    return broken(file.file, (document && kindOf(document)) ?? "policy", error.diagnostics);
  }
}

const withElsewhere = (result: FileResult, { elsewhere }: Selection): FileResult =>
  elsewhere === 0 ? result : { ...result, elsewhere };

function broken(file: string, kind: FileResult["kind"], diagnostics: readonly Diagnostic[]): FileResult {
  return { file, name: file, kind, cases: [], diagnostics };
}

/** Which cases of a file are wanted, by their names and their number. */
class Selection {
  private readonly options: FileOptions;
  private count: number;
  /** Cases that are meant, in other shards. */
  elsewhere = 0;

  constructor(options: FileOptions, first: number) {
    this.options = options;
    this.count = first;
  }

  /** To be asked once for each case, in order. */
  wants(file: string, name: string): boolean {
    const { filter, shard } = this.options;
    if (filter !== undefined && !filter.test(`${file} > ${name}`)) return false;
    if (shard === undefined || this.count++ % shard.of === shard.index - 1) return true;
    this.elsewhere++;
    return false;
  }
}

async function runPolicy(
  document: TopologyDocument,
  select: Selection,
  { engine: name, coverage }: FileOptions,
  pace: Pace,
): Promise<FileResult> {
  const container = createContainer();
  const test = loadPolicyTest(document, parts(container));
  const wants = (one: { readonly name: string }) => select.wants(test.file, one.name);
  const head = { file: test.file, name: test.name, kind: "policy", diagnostics: [] } as const;
  const engine = container.get(TOKENS.EngineRegistry).get(name);
  const isOutside = "open" in engine;
  const counting = coverage ? new CountingRunner() : undefined;
  const runner: ProgramRunner = counting ?? (await openEngine(engine));
  try {
    if (test.kind === "seccomp") {
      const counters = coverage ? filterCounters(test) : [];
      const onlookers = { counters, ...(runner.filters && { witness: runner.filters }) };
      const cases = await runSeccompTest(test, wants, pace, onlookers);
      return { ...head, cases, ...(coverage && { coverage: counters.map((one) => one.coverage) }) };
    }
    const cases = await runProgramTest(test, runner, container.get(TOKENS.LanguageRegistry), wants, pace, isOutside);
    return { ...head, cases, ...(counting && { coverage: counting.coverage }) };
  } finally {
    runner.close?.();
  }
}

/** Reads a policy test's document again. Throws a NetsimError where it is none any more. */
export function checkPolicyTest(document: TopologyDocument): void {
  if (kindOf(document) === "policy") loadPolicyTest(document, parts(createContainer()));
}

type Container = ReturnType<typeof createContainer>;
let shared: ReturnType<typeof schemaParts> | undefined;

/** The parts of netsim's own plugins: the same object each time, so that the schema is compiled once. */
function parts(container: Container): ReturnType<typeof schemaParts> {
  shared ??= schemaParts(container);
  return shared;
}

/** Runs a topology; each of its expectations is a case. */
async function runTopology(
  document: TopologyDocument,
  select: Selection,
  { engine, coverage, signal }: FileOptions,
): Promise<FileResult> {
  const counting = coverage ? new CountingRunner() : undefined;
  const container = createContainer([
    ...(await loadPlugins(pluginReferences(document))),
    ...(counting ? [countingPlugin(counting)] : []),
  ]);
  const topology = loadTopology(document, schemaParts(container));
  const { file, name } = topology;
  const head = { file, name, kind: "topology" } as const;
  const wanted = (cases: readonly CaseResult[]) => cases.filter((one) => select.wants(file, one.name));
  const isOutside = "open" in container.get(TOKENS.EngineRegistry).get(engine);
  try {
    const result = await container
      .get(TOKENS.TopologyRunner)
      .run(topology, { engine: counting ? COUNTING : engine, ...(signal && { signal }) });
    const cases = wanted(casesOf(result));
    const { diagnostics } = result;
    return { ...head, cases, diagnostics, ...(counting && { coverage: counting.coverage }) };
  } catch (error) {
    const reason = isOutside ? whyUnasked(error) : undefined;
    if (reason === undefined) throw error;
    return { ...head, cases: wanted(skippedCases(topology, reason)), diagnostics: [] };
  }
}

/** One for each expectation, whose values nobody knows. */
function skippedCases({ expect }: Topology, skipped: string): CaseResult[] {
  return expect.map(({ subject: { kind }, place }) => {
    return { name: `${kind} in line ${place.line}`, place, passed: true, skipped, failures: [] };
  });
}

/** Name of the engine that counts, within its run. */
const COUNTING = "interpreter with coverage";

function countingPlugin(runner: CountingRunner): Plugin {
  return {
    name: "coverage",
    engines: [{ name: COUNTING, description: "counts what runs", open: async () => runner }],
  };
}

function casesOf({ expectations }: RunResult): CaseResult[] {
  return expectations.map(({ place, subject, expected, got, passed }) => {
    const [, file = place, line = "1", column = "1"] = /^(.*):(\d+):(\d+)$/.exec(place) ?? [];
    const at = { file, line: Number(line), column: Number(column) };
    return { name: subject, place: at, passed, failures: passed ? [] : [{ subject, expected, got, place: at }] };
  });
}
