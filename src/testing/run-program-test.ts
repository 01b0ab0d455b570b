import { LINKTYPE } from "../packet/capture/link-type.ts";
import { openCapture } from "../packet/capture/open-capture.ts";
import type { ProgramRunner } from "../programs/engine.ts";
import type { ProgramLanguage } from "../programs/language.ts";
import type { Registry } from "../registry.ts";
import { type CaseMaps, fillMaps, mapFailures, readCaseMaps } from "./map-values.ts";
import type { ProgramCase, ProgramRun, ProgramTest } from "./model.ts";
import type { Pace } from "./pace.ts";
import { PathRecorder } from "./path-recorder.ts";
import { type PacketAt, ProgramBench } from "./program-bench.ts";
import type { CaseResult, Failure, PathStep } from "./result.ts";
import { Tally } from "./split.ts";
import { whyUnasked } from "./unasked.ts";

/** Failures of one capture that are told one by one. */
const MOST_FAILURES = 10;

/**
 * Runs the cases of a program's test, as far as the pace goes. Rejects with a NetsimError where the program, a capture or a map's entry
 * cannot be used.
 * @param asksOutside the engine is something outside, which cannot be asked everything: such cases are skipped.
 */
export async function runProgramTest(
  test: ProgramTest,
  engine: ProgramRunner,
  languages: Registry<ProgramLanguage>,
  isWanted: (one: ProgramCase) => boolean,
  pace: Pace,
  asksOutside = false,
): Promise<CaseResult[]> {
  const wanted = test.cases.filter(isWanted);
  const ask = async <T>(act: () => T | Promise<T>): Promise<T | Unasked> => {
    try {
      return await act();
    } catch (error) {
      const reason = asksOutside ? whyUnasked(error) : undefined;
      if (reason === undefined) throw error;
      return new Unasked(reason);
    }
  };
  const bench = await ask(() => new ProgramBench(test, engine, languages));
  if (bench instanceof Unasked) return wanted.map((one) => skipped(one, bench));
  const maps = readCaseMaps(test, bench.maps);
  const tracer = new Tracer(test, languages);
  pace.begin(wanted.length);
  const results: CaseResult[] = [];
  for (const one of wanted) {
    const outcome = await ask(() => runCase(test, bench, one, maps.get(one)!, pace));
    // What an interrupted capture came to so far says nothing.
    if (pace.isOver) break;
    results.push(outcome instanceof Unasked ? skipped(one, outcome) : resultOf(one, outcome, tracer, maps.get(one)!));
    pace.finished(results.at(-1)!.passed);
    await pace.turn();
  }
  return results;
}

function resultOf(
  one: ProgramCase,
  { failures, failing }: { failures: Failure[]; failing?: PacketAt },
  tracer: Tracer,
  maps: CaseMaps,
): CaseResult {
  const path = failing && tracer.follow(one, failing, maps);
  return {
    name: one.name,
    place: one.place,
    passed: failures.length === 0,
    failures,
    ...(path && path.length > 0 && { path }),
  };
}

/** Why an engine cannot be asked. */
class Unasked {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

function skipped({ name, place }: ProgramCase, { reason }: Unasked): CaseResult {
  return { name, place, passed: true, skipped: reason, failures: [] };
}

/** @returns what was otherwise than expected, and the first packet on which it was. */
async function runCase(
  test: ProgramTest,
  bench: ProgramBench,
  one: ProgramCase,
  maps: CaseMaps,
  pace: Pace,
): Promise<{ failures: Failure[]; failing?: PacketAt }> {
  bench.resetMaps();
  fillMaps(maps, bench.programs);
  const { subject, fields, checks, split } = one;
  const judge = (run: ProgramRun): Failure[] =>
    checks.flatMap(({ subject: what, expected, place, differs }) => {
      const got = differs(run);
      return got === undefined ? [] : [{ subject: what, expected, got, place }];
    });
  if (subject.kind === "packet") {
    const packet = { bytes: subject.bytes, start: 0, length: subject.bytes.length, linkType: LINKTYPE.ETHERNET };
    const failures = [...bench.run(packet, fields, judge), ...mapFailures(maps, bench.maps, test)];
    return failures.length === 0 ? { failures } : { failures, failing: packet };
  }
  const tally = new Tally();
  const failures: Failure[] = [];
  let failing: PacketAt | undefined;
  let more = 0;
  for (const packet of packetsOf(subject.file)) {
    await pace.turn();
    if (pace.isOver) break;
    const found = bench.run(packet, fields, (run) => {
      tally.add(run.verdict);
      return judge(run);
    });
    if (found.length === 0) continue;
    failing ??= { ...packet, bytes: packet.bytes.slice(packet.start, packet.start + packet.length), start: 0 };
    if (failures.length >= MOST_FAILURES) more++;
    else
      failures.push(...found.map((failure) => ({ ...failure, subject: `packet ${packet.index} ${failure.subject}` })));
  }
  if (more > 0) failures.push({ subject: "further packets", expected: "as the others", got: `${more} not` });
  const within = new Map(
    test.hook.outcomes.flatMap(({ name, within: wider }) => (wider ? [[name, wider] as const] : [])),
  );
  if (split !== undefined) failures.push(...tally.differences(split, within));
  failures.push(...mapFailures(maps, bench.maps, test));
  return { failures, ...(failing && { failing }) };
}

/** Packets of a capture. Throws a NetsimError. Each is to be used before the next is asked for. */
export function* packetsOf(file: string): Generator<PacketAt & { readonly index: number }> {
  const reader = openCapture(file);
  try {
    while (reader.next()) {
      const { bytes, at, length, linkType, index } = reader;
      yield { bytes, start: at, length, linkType, index };
    }
  } finally {
    reader.close();
  }
}

/** Runs failed cases once more, slowly, to see which way the program went. */
class Tracer {
  private readonly test: ProgramTest;
  private readonly languages: Registry<ProgramLanguage>;
  private readonly recorder = new PathRecorder();
  private bench: ProgramBench | undefined;

  constructor(test: ProgramTest, languages: Registry<ProgramLanguage>) {
    this.test = test;
    this.languages = languages;
  }

  follow(one: ProgramCase, packet: PacketAt, maps: CaseMaps): PathStep[] {
    const { test, recorder } = this;
    this.bench ??= new ProgramBench(test, recorder, this.languages);
    this.bench.resetMaps();
    fillMaps(maps, this.bench.programs);
    recorder.take();
    this.bench.run(packet, one.fields, () => undefined);
    const { loaded } = this.bench.programs.get(test.attachment.program);
    return recorder.take().map((step) => ({
      ...step,
      ...(loaded.form === "extended" && { place: loaded.placeOf(step.index) }),
    }));
  }
}
