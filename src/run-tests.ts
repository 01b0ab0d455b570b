import { createContainer } from "./container.ts";
import { type Diagnostic, EXIT, type ExitCode, fail, NetsimError } from "./errors.ts";
import { schemaParts } from "./open-topology.ts";
import { loadPlugins } from "./plugins/load-plugins.ts";
import type { ProgramRunner } from "./programs/engine.ts";
import type { RunResult } from "./run/result.ts";
import { findTestFiles, kindOf, readTest, type TestFile } from "./testing/find-files.ts";
import { loadPolicyTest } from "./testing/load.ts";
import type { CaseResult, FileResult, TestReport } from "./testing/result.ts";
import { runProgramTest } from "./testing/run-program-test.ts";
import { runSeccompTest } from "./testing/run-seccomp-test.ts";
import { TOKENS } from "./tokens.ts";
import type { TopologyDocument } from "./topology/document.ts";
import { loadTopology } from "./topology/load.ts";
import { pluginReferences } from "./topology/plugin-references.ts";

/** How tests are run. */
export interface TestOptions {
  /** What runs the programs. Default: interpreter. */
  readonly engine?: string;
  /** Only cases whose file and name, `FILE > NAME`, match. */
  readonly filter?: RegExp;
  /** Only every `of`-th case, from the `index`-th on, counted from 1. */
  readonly shard?: { readonly index: number; readonly of: number };
  /** Told of each file before it is run. */
  readonly progress?: (file: string) => void;
  readonly signal?: AbortSignal;
}

const DEFAULT_ENGINE = "interpreter";

/**
 * Runs policy tests and topologies with expectations. What fails and what is wrong with single files is part of the report; rejects with a
 * NetsimError where a path cannot be read or an option is wrong.
 */
export async function runTests(paths: readonly string[], options: TestOptions = {}): Promise<TestReport> {
  const engine = options.engine ?? DEFAULT_ENGINE;
  const known = createContainer().get(TOKENS.EngineRegistry);
  if (known.find(engine) === undefined)
    fail("usage", `There is no engine '${engine}'.`, { hint: `There are: ${known.names.join(", ")}.` });
  const files: FileResult[] = [];
  const select = new Selection(options);
  for (const file of findTestFiles(paths)) {
    if (options.signal?.aborted) break;
    options.progress?.(file.file);
    const result = await runFile(file, engine, select, options);
    if (result !== undefined && (result.cases.length > 0 || result.diagnostics.length > 0)) files.push(result);
    await new Promise(setImmediate);
  }
  const cases = files.flatMap((file) => file.cases);
  const failed = cases.filter(({ passed }) => !passed).length;
  return {
    files,
    engine,
    passed: cases.length - failed,
    failed,
    exitCode: options.signal?.aborted ? EXIT.interrupted : exitCodeOf(files, failed),
  };
}

function exitCodeOf(files: readonly FileResult[], failed: number): ExitCode {
  const diagnostics = files.flatMap((file) => file.diagnostics);
  if (diagnostics.some(({ severity }) => severity === "error")) return new NetsimError(diagnostics).exitCode;
  return failed > 0 ? EXIT.expectationFailed : EXIT.ok;
}

/** Which cases are wanted, by their names and their number among all. */
class Selection {
  private readonly options: TestOptions;
  private count = 0;

  constructor(options: TestOptions) {
    this.options = options;
  }

  /** To be asked once for each case, in order. */
  wants(file: string, name: string): boolean {
    const { filter, shard } = this.options;
    if (filter !== undefined && !filter.test(`${file} > ${name}`)) return false;
    return shard === undefined || this.count++ % shard.of === shard.index - 1;
  }
}

async function runFile(
  file: TestFile,
  engine: string,
  select: Selection,
  options: TestOptions,
): Promise<FileResult | undefined> {
  const failed = (diagnostics: readonly Diagnostic[], kind: FileResult["kind"] = "policy"): FileResult => ({
    file: file.file,
    name: file.file,
    kind,
    cases: [],
    diagnostics,
  });
  let document: TopologyDocument | undefined;
  try {
    document = readTest(file);
    if (document === undefined) return undefined;
    switch (kindOf(document)) {
      case "policy":
        return await runPolicy(document, engine, select);
      case "topology":
        return await runTopology(document, engine, select, options);
      default:
        return fail("bad-test", `'${file.file}' holds no test.`, {
          place: { file: file.file, line: 1 },
          hint: "A policy test has `cases`; a topology that is one has `expect`.",
        });
    }
  } catch (error) {
    if (!(error instanceof NetsimError)) throw error;
    return failed(error.diagnostics, (document && kindOf(document)) ?? "policy");
  }
}

async function runPolicy(document: TopologyDocument, engine: string, select: Selection): Promise<FileResult> {
  const container = createContainer();
  const test = loadPolicyTest(document, parts(container));
  const { file, name } = test;
  const wants = (one: { readonly name: string }) => select.wants(file, one.name);
  const cases =
    test.kind === "seccomp"
      ? runSeccompTest(test, wants)
      : runProgramTest(test, runnerOf(engine, container), container.get(TOKENS.LanguageRegistry), wants);
  return { file, name, kind: "policy", cases, diagnostics: [] };
}

function runnerOf(name: string, container: Container): ProgramRunner {
  const engine = container.get(TOKENS.EngineRegistry).get(name);
  if ("open" in engine) fail("usage", `The engine '${name}' does not run the programs of tests yet.`);
  return engine;
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
  engine: string,
  select: Selection,
  { signal }: TestOptions,
): Promise<FileResult> {
  const container = createContainer(await loadPlugins(pluginReferences(document)));
  const topology = loadTopology(document, schemaParts(container));
  const result = await container.get(TOKENS.TopologyRunner).run(topology, { engine, ...(signal && { signal }) });
  const { file, name } = topology;
  const cases = casesOf(result).filter((one) => select.wants(file, one.name));
  return { file, name, kind: "topology", cases, diagnostics: result.diagnostics };
}

function casesOf({ expectations }: RunResult): CaseResult[] {
  return expectations.map(({ place, subject, expected, got, passed }) => {
    const [, file = place, line = "1", column = "1"] = /^(.*):(\d+):(\d+)$/.exec(place) ?? [];
    const at = { file, line: Number(line), column: Number(column) };
    return { name: subject, place: at, passed, failures: passed ? [] : [{ subject, expected, got, place: at }] };
  });
}
