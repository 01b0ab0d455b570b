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
  /** Gets a line for each step of each packet. */
  readonly trace?: (line: string) => void;
  /** Called now and then during a long run. */
  readonly progress?: (progress: RunProgress) => void;
  /** Ends the run early, with the result so far. */
  readonly signal?: AbortSignal;
}

export interface RunProgress {
  /** Simulated nanoseconds so far. */
  readonly time: number;
  readonly events: number;
  readonly packets: number;
}
