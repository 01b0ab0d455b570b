import type { PerfSample } from "../../bpf/maps/perf-buffer.ts";
import type { EventHandler } from "../../simulation/event-queue.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import type { RecordLog } from "./record-log.ts";

/** Where a reader has records from. */
export interface RecordSource {
  /** Processor whose buffer it is; absent where all share one. */
  readonly cpu?: number;
  /** Everything that is there, oldest first, which is taken out. */
  take(): readonly PerfSample[];
}

/**
 * The user space that reads a map's records: a process that sleeps until the kernel wakes it, or that looks at fixed times. What is left when
 * the run ends it still gets, as one does that looks a last time.
 */
export class RecordReader implements EventHandler {
  readonly log: RecordLog;
  private readonly sources: readonly RecordSource[];
  private readonly simulation: Simulation;
  private readonly every: number;
  private isDue = false;

  /** @param every nanoseconds between two looks; 0: it is woken. */
  constructor(log: RecordLog, sources: readonly RecordSource[], simulation: Simulation, every: number) {
    this.log = log;
    this.sources = sources;
    this.simulation = simulation;
    this.every = every;
  }

  /** The kernel wakes it. */
  readonly wake = (): void => {
    if (this.isDue) return;
    this.isDue = true;
    const { simulation, every } = this;
    if (every === 0) simulation.after(0, this);
    else simulation.background((Math.floor(simulation.now / every) + 1) * every, this);
  };

  /** Its turn has come; run by the simulation. */
  run(): void {
    this.isDue = false;
    this.read();
  }

  /** Reads what is there. */
  read(): void {
    for (const source of this.sources)
      for (const sample of source.take()) this.log.add(sample, this.simulation.now, source.cpu);
  }
}
