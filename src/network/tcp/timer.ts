import type { EventHandler } from "../../simulation/event-queue.ts";
import type { Simulation } from "../../simulation/simulation.ts";

/**
 * A timer that is set anew far more often than it expires. Moving it to a later time costs no event: the event that is
 * already scheduled looks at the deadline when it comes, and goes on to that.
 */
export class Timer<T> implements EventHandler {
  /** When it expires; Infinity: it does not run. */
  deadline = Number.POSITIVE_INFINITY;
  /** Time of the earliest event scheduled; others are stale. */
  private scheduled = Number.POSITIVE_INFINITY;
  private readonly simulation: Simulation;
  private readonly expire: (subject: T) => void;
  private readonly subject: T;

  constructor(simulation: Simulation, expire: (subject: T) => void, subject: T) {
    this.simulation = simulation;
    this.expire = expire;
    this.subject = subject;
  }

  get isRunning(): boolean {
    return this.deadline !== Number.POSITIVE_INFINITY;
  }

  /** Expires at `deadline` (nanoseconds of simulated time) instead of whenever it did before. */
  set(deadline: number): void {
    this.deadline = deadline;
    if (deadline < this.scheduled) this.schedule(deadline);
  }

  stop(): void {
    this.deadline = Number.POSITIVE_INFINITY;
  }

  run(): void {
    const { now } = this.simulation;
    if (now !== this.scheduled) {
      this.simulation.pass();
      return;
    }
    this.scheduled = Number.POSITIVE_INFINITY;
    if (this.deadline > now) {
      this.simulation.pass();
      if (this.isRunning) this.schedule(this.deadline);
      return;
    }
    this.stop();
    this.expire(this.subject);
  }

  private schedule(time: number): void {
    this.scheduled = time;
    this.simulation.at(time, this);
  }
}
