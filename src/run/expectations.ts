import type { MapTable } from "../programs/map-table.ts";
import { readableText } from "../topology/map-value/decode.ts";
import type { ExpectationModel, RecordCheck, TracedCheck } from "../topology/model.ts";
import { formatClassid } from "../topology/quantity/classid.ts";
import { judgeCheck } from "./map-steps.ts";
import { ReceivedLog } from "./received-log.ts";
import type { ExpectationResult, MapResult, QdiscResult, RunResult } from "./result.ts";

/** A socket that expectations look into. */
export interface WatchedSocket {
  /** `node/socket`. */
  readonly label: string;
  readonly readers: { push(log: ReceivedLog): unknown };
}

/** What expectations are compared with: all of a simulated run, or as much as a real network tells. */
export interface Judged extends Partial<Pick<RunResult, "links" | "packets" | "time" | "events" | "tracing">> {
  readonly maps?: readonly Pick<MapResult, "name" | "entries" | "records">[];
  readonly nodes: readonly {
    readonly name: string;
    readonly interfaces: readonly { readonly name: string; readonly qdisc?: QdiscResult }[];
    readonly sockets: readonly { readonly name: string }[];
    readonly processes?: readonly {
      readonly name: string;
      readonly calls: readonly object[];
      readonly replay?: object;
    }[];
  }[];
  /** What of calls is not told; absent: nothing. */
  readonly untold?: ReadonlySet<string>;
}

/** What is said of things that a simulation does not have. */
const MISSING: Readonly<Partial<Record<ExpectationModel["subject"]["kind"], string>>> = {
  class: "no such queue",
  qdisc: "no such queue",
  "traced-map": "no one-liner has it",
};

/** The topology's `expect` entries: watches the sockets that they look into, and judges the result. */
export class Expectations {
  private readonly models: readonly ExpectationModel[];
  private readonly maps: MapTable | undefined;
  private readonly logs = new Map<ExpectationModel, ReceivedLog>();

  /** @param maps what expectations about maps are compared with; only they need it. */
  constructor(models: readonly ExpectationModel[], sockets: readonly WatchedSocket[], maps?: MapTable) {
    this.models = models;
    this.maps = maps;
    for (const model of models) {
      if (model.subject.kind !== "socket") continue;
      const { node, socket: name } = model.subject;
      if (model.lengths === undefined && model.contains === undefined) continue;
      const log = new ReceivedLog(model.lengths?.length ?? 0, model.contains ?? []);
      this.logs.set(model, log);
      // A process may not have opened it.
      sockets.find(({ label }) => label === `${node}/${name}`)?.readers.push(log);
    }
  }

  /**
   * Compares each expected value with the run's; one result for each.
   * @param untold gets the names of values that the run does not tell; they have no result.
   */
  judge(run: Judged, untold: string[] = []): ExpectationResult[] {
    return this.models.flatMap((model) => [...this.judgeOne(model, run, untold)]);
  }

  private *judgeOne(model: ExpectationModel, run: Judged, untold: string[]): Iterable<ExpectationResult> {
    const { file, line, column } = model.place;
    const place = `${file}:${line}:${column}`;
    if (model.subject.kind === "map" && model.subject.check !== undefined)
      yield judgeCheck(this.maps!, model.subject.map, model.subject.check, model.place);
    if (model.subject.kind === "map" && model.subject.record !== undefined)
      yield* judgeRecord(model.subject.map, model.subject.record, run, place, untold);
    if (model.subject.kind === "traced-map" && model.subject.check !== undefined)
      yield* judgeTraced(model.subject.map, model.subject.check, run, place, untold);
    const { name, counters } = lookUp(model, run);
    for (const [counter, test] of model.counts) {
      const value = counters[counter];
      if (value === undefined) {
        // A simulation tells of everything that there is.
        const missing = run.packets === undefined ? undefined : MISSING[model.subject.kind];
        if (missing !== undefined)
          yield { place, subject: `${name} ${counter}`, expected: test.text, got: missing, passed: false };
        else untold.push(`${name} ${counter}`);
        continue;
      }
      const passed = test.accepts(value);
      yield { place, subject: `${name} ${counter}`, expected: test.text, got: String(value), passed };
    }
    if (model.subject.kind === "call" || model.subject.kind === "process")
      yield* judgeAnswers(model, run, place, untold);
    const log = this.logs.get(model);
    if (model.lengths !== undefined && log !== undefined) {
      const passed = JSON.stringify(log.lengths) === JSON.stringify(model.lengths);
      const more = log.lengths.length > model.lengths.length ? ", ..." : "";
      const got = `[${log.lengths.slice(0, model.lengths.length).join(", ")}${more}]`;
      yield { place, subject: `${name} lengths`, expected: `[${model.lengths.join(", ")}]`, got, passed };
    }
    for (const [i, text] of (model.contains ?? []).entries()) {
      const passed = log?.found[i] === true;
      const got = passed ? "found" : "in no packet received";
      yield { place, subject: `${name} contains`, expected: show(text), got, passed };
    }
  }
}

/** Compares what a record holds with what it should. */
function* judgeRecord(
  map: string,
  { index, test }: RecordCheck,
  run: Judged,
  place: string,
  untold: string[],
): Iterable<ExpectationResult> {
  const subject = `map ${map} record ${index}`;
  const records = run.maps!.find(({ name }) => name === map)!.records;
  if (records === undefined) {
    untold.push(subject);
    return;
  }
  const found = records.first[index];
  const got = found === undefined ? `there are ${records.count}` : readableText(found.value);
  yield { place, subject, expected: test.text, got, passed: test.accepts(found?.value) };
}

/** Compares what a map of a one-liner holds under a key with what it should. */
function* judgeTraced(
  map: string,
  { key, test }: TracedCheck,
  run: Judged,
  place: string,
  untold: string[],
): Iterable<ExpectationResult> {
  const subject = key === undefined ? `map ${map}` : `map ${map} key ${key}`;
  // Real networks trace nothing.
  if (run.packets === undefined) {
    untold.push(subject);
    return;
  }
  const found = run.tracing?.maps.find(({ name }) => name === map);
  if (found === undefined) {
    yield { place, subject, expected: test.text, got: "no one-liner has it", passed: false };
    return;
  }
  const value = found.entries.find((entry) => entry.key === key)?.value;
  yield {
    place,
    subject,
    expected: test.text,
    got: value === undefined ? "absent" : readableText(value),
    passed: test.accepts(value),
  };
}

/** Compares what a call or a process came to. */
function* judgeAnswers(
  { subject, answers }: ExpectationModel,
  run: Judged,
  place: string,
  untold: string[],
): Iterable<ExpectationResult> {
  if (subject.kind !== "call" && subject.kind !== "process") return;
  const { node, process } = subject;
  const found = run.nodes.find((each) => each.name === node)?.processes?.find((each) => each.name === process);
  const call = subject.kind === "call" ? found?.calls[subject.index] : found;
  const { name } = lookUp({ subject }, run);
  for (const [key, expected] of answers ?? []) {
    if (call === undefined || run.untold?.has(key)) {
      untold.push(`${name} ${key}`);
      continue;
    }
    const got = String((call as Readonly<Record<string, unknown>>)[key] ?? "none");
    yield { place, subject: `${name} ${key}`, expected, got, passed: got === expected };
  }
}

/** The numbers of the thing that an expectation is about, by the names that it may use. */
function lookUp(
  { subject }: Pick<ExpectationModel, "subject">,
  run: Judged,
): { name: string; counters: Readonly<Record<string, number>> } {
  switch (subject.kind) {
    case "socket": {
      const node = run.nodes.find(({ name }) => name === subject.node)!;
      // The lab opens no socket that a process is refused.
      const socket = node.sockets.find(({ name }) => name === subject.socket) ?? {};
      return { name: `socket ${subject.node}/${subject.socket}`, counters: numbersOf(socket) };
    }
    case "interface": {
      const node = run.nodes.find(({ name }) => name === subject.node)!;
      const device = node.interfaces.find(({ name }) => name === subject.interface)!;
      return { name: `interface ${subject.node}:${subject.interface}`, counters: numbersOf(device) };
    }
    case "link": {
      const { name, directions } = run.links![subject.link]!;
      const wanted = subject.direction === undefined ? directions : [directions[subject.direction]!];
      const counters: Record<string, number> = {};
      for (const direction of wanted)
        for (const [key, value] of Object.entries(numbersOf(direction))) counters[key] = (counters[key] ?? 0) + value;
      const way = subject.direction === undefined ? name : `${wanted[0]!.from} -> ${wanted[0]!.to}`;
      return { name: `link ${way}`, counters };
    }
    case "drops": {
      const packets = run
        .packets!.drops.filter(({ reason }) => reason === subject.reason)
        .reduce((sum, drop) => sum + drop.packets, 0);
      return { name: `drops ${subject.reason}`, counters: { count: packets } };
    }
    case "class":
    case "qdisc": {
      const node = run.nodes.find(({ name }) => name === subject.node)!;
      const { qdisc } = node.interfaces.find(({ name }) => name === subject.interface)!;
      const label = `${subject.node}:${subject.interface}`;
      if (subject.kind === "qdisc")
        return { name: `qdisc ${label}`, counters: qdisc === undefined ? {} : numbersOf(qdisc) };
      const id = formatClassid(subject.classid);
      const found = qdisc?.classes.find(({ classid }) => classid === id);
      return { name: `class ${label}/${id}`, counters: found === undefined ? {} : numbersOf(found) };
    }
    case "map": {
      const map = run.maps!.find(({ name }) => name === subject.map)!;
      const { entries, records } = map;
      const read = records === undefined ? {} : { records: records.count, lost: records.lost };
      return { name: `map ${subject.map}`, counters: { entries: entries.length, ...read } };
    }
    case "traced-map": {
      const map = run.tracing?.maps.find(({ name }) => name === subject.map);
      return { name: `map ${subject.map}`, counters: map === undefined ? {} : { entries: map.entries.length } };
    }
    case "call":
      return { name: `call ${subject.node}/${subject.process}[${subject.index}]`, counters: {} };
    case "process": {
      const { processes } = run.nodes.find(({ name }) => name === subject.node)!;
      const replay = processes?.find(({ name }) => name === subject.process)?.replay;
      return { name: `process ${subject.node}/${subject.process}`, counters: replay ? numbersOf(replay) : {} };
    }
    case "run":
      return { name: "run", counters: { ...numbersOf(run.packets!), time: run.time!, events: run.events! } };
  }
}

function numbersOf(object: object): Record<string, number> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => typeof value === "number"));
}

/** Printable text in quotes, anything else in hexadecimal. */
function show(text: Uint8Array): string {
  const printable = text.every((byte) => byte >= 0x20 && byte < 0x7f);
  return printable ? `"${Buffer.from(text).toString("latin1")}"` : `0x${Buffer.from(text).toString("hex")}`;
}
