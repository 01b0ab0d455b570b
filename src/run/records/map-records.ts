import { PerfBuffer } from "../../bpf/maps/perf-buffer.ts";
import { nearestName } from "../../bpf/nearest-name.ts";
import type { BpfSyscall } from "../../bpf/syscall.ts";
import { type Diagnostic, NetsimError } from "../../errors.ts";
import { type MapTable, POSSIBLE_CPUS } from "../../programs/map-table.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import type { ValueLayout } from "../../topology/map-value/layout.ts";
import type { MapModel, RecordsModel } from "../../topology/model.ts";
import { READ_RECORDS, RECORDS_AS_THEY_ARE } from "../../topology/record-maps.ts";
import { RecordLog } from "./record-log.ts";
import { RecordReader, type RecordSource } from "./record-reader.ts";

/** Everybody who reads records of a run's maps. */
export class MapRecords {
  private readonly readers = new Map<string, RecordReader>();
  private readonly maps: MapTable;
  private readonly syscall: BpfSyscall;
  private readonly simulation: Simulation;
  private readonly isOthers: (map: string) => boolean;

  /**
   * @param syscall where the maps are.
   * @param isOthers true for maps that somebody else reads.
   */
  constructor(maps: MapTable, syscall: BpfSyscall, simulation: Simulation, isOthers: (map: string) => boolean) {
    this.isOthers = isOthers;
    this.maps = maps;
    this.syscall = syscall;
    this.simulation = simulation;
  }

  /** Begins to read the maps that nobody reads yet, as far as the objects that use them are loaded. */
  open(): void {
    this.openKnown([]);
  }

  /** The same when all objects are loaded. Throws one NetsimError with every type of a record that none of them has. */
  openAll(): void {
    const problems: Diagnostic[] = [];
    this.openKnown(problems);
    if (problems.length > 0) throw new NetsimError(problems);
  }

  private openKnown(problems: Diagnostic[]): void {
    for (const model of this.maps.models) {
      const { name, type, records = RECORDS_AS_THEY_ARE } = model;
      if (!READ_RECORDS.includes(type) || !records.read || this.readers.has(name) || this.isOthers(name)) continue;
      const layout = this.layoutOf(model, records, problems);
      if (layout === undefined && records.layout !== undefined) continue;
      this.readers.set(name, this.reader(model, records, new RecordLog(layout)));
    }
  }

  /** What was read of a map; undefined where nobody reads it. */
  of(map: string): RecordLog | undefined {
    return this.readers.get(map)?.log;
  }

  /** The run is over: reads what is left. */
  finish(): void {
    for (const reader of this.readers.values()) reader.read();
  }

  private layoutOf({ name }: MapModel, { layout }: RecordsModel, problems: Diagnostic[]): ValueLayout | undefined {
    if (layout?.kind !== "type") return layout;
    const found = this.maps.layoutOf(name, layout.name);
    if (found !== undefined) return found;
    const names = [...this.maps.typesOf(name)];
    const near = nearestName(layout.name, names);
    problems.push({
      code: "unknown-reference",
      severity: "error",
      message:
        names.length === 0
          ? `No object with types uses map '${name}', so that there is no '${layout.name}'.`
          : `No object that uses map '${name}' has a type '${layout.name}'.`,
      place: layout.place,
      hint:
        near === undefined
          ? "clang keeps a structure that a variable of the object has: `const struct event *unused __attribute__((unused));`."
          : `Did you mean '${near}'?`,
    });
    return undefined;
  }

  private reader({ name, type }: MapModel, { every, buffer }: RecordsModel, log: RecordLog): RecordReader {
    const descriptor = this.maps.descriptor(name);
    if (type === "ringbuf") {
      const take = () => this.syscall.records(descriptor).map((record) => ({ record, lost: 0 }));
      const reader = new RecordReader(log, [{ take }], this.simulation, every);
      this.syscall.awaitRecords(descriptor, reader.wake);
      return reader;
    }
    const buffers = Array.from({ length: POSSIBLE_CPUS }, (_, cpu) => new PerfBuffer(cpu, buffer));
    const sources = buffers.map((one): RecordSource => ({ cpu: one.cpu, take: () => one.take() }));
    const reader = new RecordReader(log, sources, this.simulation, every);
    for (const [cpu, one] of buffers.entries()) {
      one.onRecord = reader.wake;
      const event = this.syscall.openPerfEvent(one);
      this.syscall.update(descriptor, u32(cpu), u32(event));
      this.syscall.close(event);
    }
    return reader;
  }
}

const u32 = (number: number): Uint8Array => new Uint8Array(Uint32Array.of(number).buffer);
