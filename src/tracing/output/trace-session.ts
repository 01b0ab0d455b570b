import type { CompiledTrace } from "../language/compile.ts";
import type { TraceMap } from "../language/types.ts";
import { showFormat } from "./show-format.ts";
import { mapEntries, showMap, type TracedEntry } from "./show-map.ts";
import { showTime } from "./show-time.ts";
import type { TraceMaps } from "./trace-maps.ts";

/** A map of a one-liner and what it holds. */
export interface TracedMap {
  /** As the one-liner names it, `@bytes`. */
  readonly name: string;
  readonly entries: readonly TracedEntry[];
}

/** User space's side of a one-liner: does what its programs ask for, and prints what its maps hold at the end. */
export class TraceSession {
  /** Nothing is traced any more (exit()). */
  hasEnded = false;
  private readonly compiled: CompiledTrace;
  private readonly maps: TraceMaps;
  private readonly write: (text: string) => void;

  constructor(compiled: CompiledTrace, maps: TraceMaps, write: (text: string) => void) {
    this.compiled = compiled;
    this.maps = maps;
    this.write = write;
  }

  /** A record of the ring: an action's number, and its values. */
  take(record: Uint8Array): void {
    const number = Number(new DataView(record.buffer, record.byteOffset, 8).getBigUint64(0, true));
    const action = this.compiled.actions[number]!;
    switch (action.kind) {
      case "printf":
        this.write(showFormat(action.format, action.args, record, 8, this.maps));
        return;
      case "print":
        this.write(showMap(this.named(action.map), this.maps, action));
        return;
      case "time":
        this.write(
          showTime(action.format, new DataView(record.buffer, record.byteOffset + 8, 8).getBigUint64(0, true)),
        );
        return;
      case "clear":
        // An array cannot lose its only entry.
        if (isSingle(this.named(action.map))) {
          this.zero(action.map);
          return;
        }
        for (const { key } of this.entries(action.map)) this.maps.delete(this.named(action.map).kernelName, key);
        return;
      case "zero":
        this.zero(action.map);
        return;
      case "exit":
        this.hasEnded = true;
    }
  }

  /** What the maps hold, by their names. */
  finish(): void {
    this.write("\n\n");
    for (const map of this.byName) this.write(showMap(map, this.maps));
  }

  /** The same as results have it. */
  contents(): TracedMap[] {
    return this.byName.map((map) => ({ name: map.name, entries: mapEntries(map, this.maps) }));
  }

  private get byName(): TraceMap[] {
    return [...this.compiled.maps].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private zero(name: string): void {
    for (const { key, value } of this.entries(name))
      this.maps.update(this.named(name).kernelName, key, new Uint8Array(value.length));
  }

  private named(name: string): TraceMap {
    return this.compiled.maps.find((map) => map.name === name)!;
  }

  private entries(name: string) {
    return [...this.maps.entries(this.named(name).kernelName)];
  }
}

/** What bpftrace has an array for. */
const isSingle = ({ keys, value: { kind } }: TraceMap): boolean => keys.length === 0 && kind === "count";
