import type { EventHandler } from "../../simulation/event-queue.ts";
import type { Simulation } from "../../simulation/simulation.ts";

/** A timer after which a device looks for something to send; set anew it forgets when it was to go off (qdisc_watchdog). */
export class Watchdog implements EventHandler {
  private readonly simulation: Simulation;
  private readonly fired: () => void;
  /** Infinity: it is not set. */
  private time = Number.POSITIVE_INFINITY;

  constructor(simulation: Simulation, fired: () => void) {
    this.simulation = simulation;
    this.fired = fired;
  }

  set(time: number): void {
    if (time === this.time) return;
    this.time = time;
    if (time !== Number.POSITIVE_INFINITY) this.simulation.at(time, this);
  }

  /** Run by the simulation, also for times that are forgotten. */
  run(): void {
    if (this.simulation.now < this.time) {
      this.simulation.pass();
      return;
    }
    this.time = Number.POSITIVE_INFINITY;
    this.fired();
  }
}
