import type { EventHandler } from "../simulation/event-queue.ts";
import type { Random } from "../simulation/random.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { Schedule } from "../topology/model.ts";

/** Calls `send` at the times of a schedule: evenly spaced, or as a Poisson process. */
export class Pacer implements EventHandler {
  /** Calls made so far. */
  sent = 0;
  private readonly schedule: Schedule;
  private readonly simulation: Simulation;
  private readonly random: Random;
  private readonly send: (index: number) => void;
  private time: number;

  /** @param send gets the index of the item, from 0. */
  constructor(schedule: Schedule, simulation: Simulation, random: Random, send: (index: number) => void) {
    this.schedule = schedule;
    this.simulation = simulation;
    this.random = random;
    this.send = send;
    this.time = schedule.start;
  }

  start(): void {
    this.scheduleNext();
  }

  /** Sends the next item; run by the simulation. */
  run(): void {
    const { schedule } = this;
    this.send(this.sent++);
    if (schedule.process === "poisson") this.time += this.random.exponential(schedule.every);
    // Counted from the start, so that a gap that is no whole number of nanoseconds does not add up an error.
    else this.time = schedule.start + this.sent * schedule.every;
    this.scheduleNext();
  }

  private scheduleNext(): void {
    const { count, until } = this.schedule;
    if (this.sent >= count || (until !== undefined && this.time >= until)) return;
    this.simulation.at(Math.round(this.time), this);
  }
}
