import { type EventHandler, EventQueue } from "./event-queue.ts";

/** Why a run ended. */
export type StopReason = "until" | "idle" | "max-packets" | "interrupted";

/** An event that keeps no run alive. */
interface Background {
  readonly handler: EventHandler;
  readonly operand: unknown;
}

/** Simulated time and the loop over its events. Time is in whole nanoseconds from 0. */
export class Simulation {
  /** Simulated time now. */
  now = 0;
  /** Events run so far. */
  events = 0;
  private readonly queue = new EventQueue();
  /** Events that keep no run alive. */
  private idle = 0;
  private readonly backgrounds: EventHandler = {
    run: (a, b) => {
      this.idle--;
      this.events--;
      this.pass();
      const { handler, operand } = b as Background;
      handler.run(a, operand);
    },
  };
  private stopped: StopReason | undefined;
  /** Times of the last event that did something and of the one before it. */
  private worked = 0;
  private before = 0;
  /** End of the present slice: simulated time, and number of events. */
  private until = 0;
  private last = 0;

  /** Runs `handler` after `delay` nanoseconds, after everything already scheduled for that time. */
  after(delay: number, handler: EventHandler, a = 0, b: unknown = undefined): void {
    this.queue.push(this.now + delay, handler, a, b);
  }

  /** Runs `handler` at `time`, or now where that is past. */
  at(time: number, handler: EventHandler, a = 0, b: unknown = undefined): void {
    this.queue.push(Math.max(time, this.now), handler, a, b);
  }

  /**
   * For a handler whose own next event is at `time`: moves there at once where nothing else comes before it, which saves
   * the way through the queue. False: nothing was done, and the event has to be scheduled.
   */
  advance(time: number): boolean {
    const free = time < this.queue.nextTime && time < this.until && this.events < this.last;
    if (!free || this.stopped !== undefined) return false;
    if (time > this.now) this.now = time;
    this.worked = this.now;
    this.events++;
    return true;
  }

  /** Runs `handler` at `time`, unless nothing else is left to be done before that: such events keep no run alive. */
  background(time: number, handler: EventHandler, a = 0, b: unknown = undefined): void {
    this.idle++;
    this.queue.push(Math.max(time, this.now), this.backgrounds, a, { handler, operand: b } satisfies Background);
  }

  /** For a timer that finds nothing left to do: such an event does not make a run last longer. */
  pass(): void {
    this.worked = this.before;
  }

  /** Ends the run after the current event. */
  stop(reason: StopReason): void {
    this.stopped ??= reason;
  }

  /**
   * Runs events until `until` (an event at that very time no longer runs), until none is left or until stopped. When none
   * is left, `now` is the time of the last one that did something.
   * @param budget at most this many events, so that a caller can look up between slices of a long run.
   * @returns why the run ended; undefined when the budget was used up before that.
   */
  run(until = Number.POSITIVE_INFINITY, budget = Number.POSITIVE_INFINITY): StopReason | undefined {
    const queue = this.queue;
    this.until = until;
    this.last = this.events + budget;
    while (this.stopped === undefined) {
      const time = queue.nextTime;
      const isIdle = this.idle > 0 && queue.size === this.idle;
      if (time >= until || isIdle) {
        if (time === Number.POSITIVE_INFINITY || isIdle) {
          this.now = this.worked;
          return "idle";
        }
        this.now = until;
        return "until";
      }
      if (this.events >= this.last) return undefined;
      this.now = time;
      this.before = this.worked;
      this.worked = time;
      this.events++;
      queue.runNext();
    }
    return this.stopped;
  }
}
