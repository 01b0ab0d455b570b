import { readFileSync } from "node:fs";
import { fail } from "../errors.ts";
import { describeAction } from "../hooks/seccomp/action.ts";
import { outcomeOf } from "../hooks/seccomp/outcome.ts";
import { type FilterWitness, witnessed } from "../hooks/seccomp/seen.ts";
import { failAsFileError } from "../packet/capture/file-error.ts";
import { Undecidable } from "../seccomp/analysis/symbolic.ts";
import { TraceJudge } from "../seccomp/calls/trace-judge.ts";
import { TraceReader } from "../seccomp/calls/trace-reader.ts";
import type { NamedCall } from "../seccomp/calls/written-call.ts";
import { instructionTexts } from "../seccomp/filter/seccomp-listing.ts";
import { CoverageCounter } from "./coverage/counter.ts";
import { classicListing, countPath } from "./coverage/counting-runner.ts";
import type { CallOutcome, SeccompCase, SeccompTest } from "./model.ts";
import type { Pace } from "./pace.ts";
import type { CaseResult, Failure, PathStep } from "./result.ts";
import { Tally } from "./split.ts";

const MOST_FAILURES = 10;
/** What calls of a trace are counted under that have no one answer. */
const NO_ANSWER = { depends: "DEPENDS", unknown: "UNKNOWN" } as const;

/** Counters of what the filters of a test run, one for each. */
export function filterCounters({ filters }: SeccompTest): CoverageCounter[] {
  return filters.map(({ file, filter }) => {
    const texts = instructionTexts(filter.program);
    const listing = classicListing(filter.program).map((one) => ({ ...one, text: texts[one.index]! }));
    return new CoverageCounter(file, listing);
  });
}

/** A trace has calls of many kinds, with arguments that are not all known. */
const NO_TRACES = "A trace is judged as a whole, call by call a kernel would not be done with it.";

/** Who looks on. */
export interface SeccompOnlookers {
  /** Count what calls run; traces are judged without running the filters. */
  readonly counters?: readonly CoverageCounter[];
  /** Is asked beside the simulation. */
  readonly witness?: FilterWitness;
}

/** Puts the cases of a test before its filters, as far as the pace goes. Rejects with a NetsimError where a trace cannot be read. */
export async function runSeccompTest(
  test: SeccompTest,
  isWanted: (one: SeccompCase) => boolean,
  pace: Pace,
  onlookers: SeccompOnlookers = {},
): Promise<CaseResult[]> {
  const { witness } = onlookers;
  const wanted = test.cases.filter(isWanted);
  pace.begin(wanted.length);
  const results: CaseResult[] = [];
  for (const one of wanted) {
    const { subject } = one;
    const skipped = witness && (subject.kind === "call" ? witness.whyNot(subject.call) : NO_TRACES);
    if (skipped !== undefined) {
      results.push({ name: one.name, place: one.place, passed: true, failures: [], skipped });
      continue;
    }
    const { failures, path } =
      subject.kind === "call"
        ? judgeCall(test, one, subject.call, onlookers)
        : { failures: await judgeTrace(test, one, subject.file, pace), path: undefined };
    // What an interrupted trace came to so far says nothing.
    if (pace.isOver) break;
    const passed = failures.length === 0;
    results.push({ name: one.name, place: one.place, passed, failures, ...(!passed && path && { path }) });
    pace.finished(passed);
    await pace.turn();
  }
  return results;
}

function judgeCall(
  test: SeccompTest,
  { checks }: SeccompCase,
  call: NamedCall,
  { counters = [], witness }: SeccompOnlookers,
): { failures: Failure[]; path: PathStep[] } {
  const filters = test.filters.map(({ filter }) => filter);
  const simulated = outcomeOf(call, filters);
  const { decision } = simulated;
  const { outcome, answer } = witnessed(witness, call, filters, simulated);
  for (const { filter, instructions } of decision.paths) {
    const counter = counters[filter];
    if (counter !== undefined) countPath(counter, instructions);
  }
  const got: CallOutcome = {
    verdict: answer,
    errno: outcome.kind === "error" ? outcome.errno : 0,
    signal: outcome.kind === "signal" || outcome.kind === "killed" ? "SIGSYS" : undefined,
    runs: outcome.kind === "run",
  };
  const failures = checks.flatMap(({ subject, expected, place, differs }) => {
    const other = differs(got);
    return other === undefined ? [] : [{ subject, expected, got: other, place }];
  });
  const deciding = decision.paths.find(({ filter }) => filter === decision.filter) ?? decision.paths[0];
  if (deciding === undefined) return { failures, path: [] };
  const { file, filter } = test.filters[deciding.filter]!;
  const texts = instructionTexts(filter.program);
  const path = deciding.instructions.map((index) => ({ index, text: texts[index]!, place: { file } }));
  return { failures, path };
}

async function judgeTrace(
  { architecture, filters }: SeccompTest,
  { checks, split }: SeccompCase,
  file: string,
  pace: Pace,
): Promise<Failure[]> {
  const judge = new TraceJudge(filters.map(({ filter }) => filter.program));
  const tally = new Tally();
  const others = new Map<string, Failure>();
  const reader = new TraceReader(architecture, (call) => {
    const judgement = judge.judge(call);
    const verdict = typeof judgement === "number" ? describeAction(judgement) : NO_ANSWER[judgement];
    tally.add(verdict, call.count);
    for (const { subject, expected, place, differs } of checks) {
      if (differs({ verdict, errno: 0, signal: undefined, runs: false }) === undefined) continue;
      const key = `${call.name} ${verdict}`;
      const what = `line ${call.line} ${call.name} ${subject}`;
      if (!others.has(key)) others.set(key, { subject: what, expected, got: verdict, place });
    }
  });
  try {
    for (const line of readLines(file)) {
      reader.readLine(line);
      await pace.turn();
      if (pace.isOver) return [];
    }
    reader.end();
  } catch (error) {
    if (!(error instanceof Undecidable)) throw error;
    fail("unsupported", `The filters cannot be followed for all calls of a trace at once: ${error.message}.`);
  }
  const told = [...others.values()].slice(0, MOST_FAILURES);
  const more = others.size - told.length;
  if (more > 0) told.push({ subject: "further calls", expected: "as the others", got: `${more} not` });
  return [...told, ...(split === undefined ? [] : tally.differences(split))];
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/);
  } catch (error) {
    return failAsFileError(error, "file-unreadable", file);
  }
}
