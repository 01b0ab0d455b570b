import type { Place } from "../errors.ts";
import type { MapTable } from "../programs/map-table.ts";
import type { Scene } from "./assemble.ts";

/** What a caller of a run may choose beside the topology. */
export interface RunOptions {
  /** Takes the place of the topology's seed. */
  readonly seed?: bigint;
  /** Takes the place of the topology's end, in nanoseconds of simulated time. */
  readonly until?: number;
  /** Takes the place of the topology's `max-packets`. */
  readonly maxPackets?: number;
  /** Name of the engine that runs the programs; `interpreter` when absent. */
  readonly engine?: string;
  /** Directory that gets a capture for each socket and interface; made where it does not exist. */
  readonly pcapDirectory?: string;
  /** Only these get one: names as in the report, `server/sniffer` or `server:eth0`. */
  readonly pcapOf?: readonly string[];
  /** One-liners of the tracing language beside the topology's, with the place at which problems are told. */
  readonly expressions?: readonly GivenOneLiner[];
  /** Gets a line for each step of each packet. */
  readonly trace?: (line: string) => void;
  /** Sees the same steps, and what sockets read. */
  readonly watcher?: RunWatcher;
  /** Looks at everything that took part, at the end of the run. */
  readonly atEnd?: (scene: Scene) => void;
  /** Called now and then during a long run. */
  readonly progress?: (progress: RunProgress) => void;
  /** Is given the maps of all programs when the run is over. */
  readonly lookAtMaps?: (maps: MapTable) => void;
  /** Ends the run early, with the result so far. */
  readonly signal?: AbortSignal;
}

/** Sees each step of each packet as it comes. */
export interface RunWatcher {
  /** @param time simulated nanoseconds. @param packet its number. */
  step(time: number, packet: number, where: string, what: string): void;
  /** A packet passes an interface as `length` bytes at `at` of `bytes`. @param linkType LINKTYPE_ value. */
  frame?(packet: number, bytes: Uint8Array, at: number, length: number, linkType: number): void;
  /** A socket's reader gets `length` bytes at `at` of `bytes`. */
  read(socket: string, packet: number, bytes: Uint8Array, at: number, length: number): void;
}

export interface RunProgress {
  /** Simulated nanoseconds so far. */
  readonly time: number;
  readonly events: number;
  readonly packets: number;
}

/** A one-liner, what `$1` and so on stand for in it, and the place that problems are told at. */
export interface GivenOneLiner {
  readonly text: string;
  readonly parameters?: readonly string[];
  readonly place: Place;
}
