import { ProgramTextError } from "../bpf/program-text-error.ts";
import { type Diagnostic, NetsimError, type Place } from "../errors.ts";
import type { KernelEvents } from "../hooks/events/kernel-events.ts";
import type { MapTable } from "../programs/map-table.ts";
import { parseLayout } from "../topology/map-value/layout.ts";
import type { MapModel, ProgramSource, Topology } from "../topology/model.ts";
import { type CompiledTrace, compileTrace } from "../tracing/language/compile.ts";
import { keyBytes, valueBytes } from "../tracing/language/types.ts";
import type { TraceMaps } from "../tracing/output/trace-maps.ts";
import { type TracedMap, TraceSession } from "../tracing/output/trace-session.ts";
import type { ProgramEntry } from "./attach-tracing.ts";
import type { GivenOneLiner } from "./run-options.ts";

/** Entries of a map, as bpftrace has them. */
const MOST_KEYS = 4096;
const RING_BYTES = 1 << 18;
/** Functions of a call stack. */
const DEEPEST = 64;

/** What the names of one-liners' programs begin with. */
export const ONE_LINER = "one-liner ";

/** One-liners that trace a run. */
export class OneLiners {
  /** The topology with their programs and maps. */
  readonly topology: Topology;
  /** What is to be attached. */
  readonly entries: readonly ProgramEntry[];
  /** What they print. */
  output = "";
  private readonly lines: { readonly compiled: CompiledTrace; session?: TraceSession }[];
  private maps: MapTable | undefined;
  private events: KernelEvents | undefined;

  /**
   * Those of a topology, and further ones. Throws one NetsimError with everything that is wrong with them.
   */
  constructor(topology: Topology, given: readonly GivenOneLiner[]) {
    const all: GivenOneLiner[] = [...topology.tracing.filter((entry) => entry.kind === "expression"), ...given];
    const problems: Diagnostic[] = [];
    const compiled = all.flatMap(({ text, parameters, place }, i) => {
      try {
        return [{ compiled: compileTrace(text, i === 0 ? "trace_" : `trace${i + 1}_`, parameters), place }];
      } catch (error) {
        if (!(error instanceof ProgramTextError)) throw error;
        problems.push(...error.problems.map((problem) => diagnostic(problem, text, place)));
        return [];
      }
    });
    if (problems.length > 0) throw new NetsimError(problems);
    this.lines = compiled;
    const programs = new Map(topology.programs);
    const maps = new Map(topology.maps);
    const entries: ProgramEntry[] = [];
    for (const [i, { compiled: line, place }] of compiled.entries()) {
      for (const map of mapsOf(line, place)) maps.set(map.name, map);
      for (const [j, { text, programType, attach }] of line.programs.entries()) {
        const name = `${ONE_LINER}${i + 1}, probe ${j + 1}`;
        programs.set(name, programSource(name, text, programType, place));
        for (const { hook, target, every = 0 } of attach)
          entries.push({
            kind: "program",
            program: name,
            on: { hook, target, place },
            every,
            place,
            after: () => this.drain(),
          });
      }
    }
    this.entries = entries;
    this.topology = compiled.length === 0 ? topology : { ...topology, programs, maps };
  }

  /** Probes that are attached. */
  get probes(): number {
    return this.entries.length;
  }

  /** True for what reports need not show, since it is shown in another way. */
  has(name: string): boolean {
    return this.lines.some(
      ({ compiled: { maps, stacks, ring } }) =>
        name === stacks || name === ring || maps.some(({ kernelName }) => kernelName === name),
    );
  }

  /** All is attached and nothing has happened yet. */
  begin(maps: MapTable, events: KernelEvents): void {
    this.maps = maps;
    this.events = events;
    for (const line of this.lines)
      line.session = new TraceSession(line.compiled, walk(maps, line.compiled), (text) => {
        this.output += text;
      });
    events.edge("BEGIN").fire("");
  }

  /** The run is over. */
  finish(): void {
    this.events?.edge("END").fire("");
    for (const { session } of this.lines) session?.finish();
  }

  /** What their maps hold. */
  contents(): TracedMap[] {
    return this.lines.flatMap(({ session }) => session?.contents() ?? []);
  }

  /** Does what programs have asked for. */
  private drain(): void {
    for (const { compiled, session } of this.lines) {
      if (compiled.ring === undefined || session === undefined) continue;
      for (const record of this.maps!.records(compiled.ring)) session.take(record);
    }
    if (this.lines.length > 0 && this.lines.every(({ session }) => session?.hasEnded)) this.events!.isOn = false;
  }
}

function programSource(name: string, text: string, type: string, place: Place): ProgramSource {
  return {
    name,
    language: "extended",
    text,
    options: { type },
    file: place.file,
    lineOffset: (place.line ?? 1) - 1,
    place,
  };
}

function mapsOf({ maps, stacks, ring }: CompiledTrace, place: Place): MapModel[] {
  const model = (name: string, type: MapModel["type"], key: number, value: number, maxEntries: number): MapModel => ({
    name,
    type,
    key: parseLayout(key),
    value: parseLayout(value),
    maxEntries,
    flags: 0,
    contents: [],
    place,
  });
  return [
    ...maps.map((map) => model(map.kernelName, "hash", keyBytes(map), valueBytes(map), MOST_KEYS)),
    ...(stacks === undefined ? [] : [model(stacks, "stack_trace", 4, 8 * DEEPEST, MOST_KEYS)]),
    ...(ring === undefined ? [] : [model(ring, "ringbuf", 0, 0, RING_BYTES)]),
  ];
}

function walk(maps: MapTable, { stacks }: CompiledTrace): TraceMaps {
  return {
    entries: (map) => maps.rawEntries(map),
    delete: (map, key) => maps.delete(map, key, ""),
    update: (map, key, value) => maps.put(map, key, value),
    stack(number) {
      const key = Uint8Array.of(number, number >>> 8, number >>> 16, number >>> 24);
      const bytes = stacks === undefined ? undefined : maps.lookup(stacks, key);
      if (bytes === undefined) return [];
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const all = Array.from({ length: bytes.length / 8 }, (_, i) => view.getBigUint64(8 * i, true));
      return all.slice(0, all.indexOf(0n) < 0 ? undefined : all.indexOf(0n));
    },
  };
}

/** A problem of the text as one of the file that holds it; of texts in quotes only the whole is shown. */
function diagnostic(
  { line, column, endColumn, message, hint }: ProgramTextError["problems"][number],
  text: string,
  place: Place,
): Diagnostic {
  const isPlain =
    place.column !== undefined && place.endColumn === place.column + text.length + 2 && !text.includes("\n");
  const at = isPlain ? place.column! + 1 : 0;
  const where = isPlain
    ? { ...place, column: at + column - 1, ...(endColumn !== undefined && { endColumn: at + endColumn - 1 }) }
    : text.includes("\n") && place.line !== undefined
      ? { file: place.file, line: place.line + line }
      : place;
  return { code: "program-syntax", severity: "error", message, place: where, ...(hint !== undefined && { hint }) };
}
