import type { Random } from "../../../simulation/random.ts";

/** struct red_parms; lengths in bytes. */
export interface RedParameters {
  readonly min: number;
  readonly max: number;
  /** The average's weight is 2^-wlog. */
  readonly wlog: number;
  readonly plog: number;
  /** A step of `idleShifts` is 2^cellLog microseconds. */
  readonly cellLog: number;
  /** How far the average is shifted after so many steps of idleness. */
  readonly idleShifts: readonly number[];
  /** Largest probability, 32 bits behind the point. */
  readonly maxProbability: number;
}

export const KEEP = 0;
export const MARK_BY_CHANCE = 1;
export const MARK = 2;

/** MAX_P_MIN and MAX_P_MAX: 1 % and 50 %. */
const LEAST_PROBABILITY = Math.round(2 ** 32 / 100);
const MOST_PROBABILITY = 50 * LEAST_PROBABILITY;

/** Random early detection's average of a queue's length and what follows from it, in the kernel's integers (include/net/red.h). */
export class RedAverage {
  /** Average length, `wlog` bits behind the point. */
  average = 0;
  /** Packets since the last one that was marked. */
  private count = -1;
  private drawn = 0;
  /** Since when nothing waits; undefined: something does. */
  private idleSince: number | undefined;
  private parameters: RedParameters;
  /** The same as the parameter, until it is adapted; and by how much a random number is divided because of it. */
  private maxProbability = 0;
  private step = 1;
  private readonly chance: Random;

  constructor(parameters: RedParameters, chance: Random) {
    this.parameters = parameters;
    this.chance = chance;
    this.configure(parameters);
  }

  configure(parameters: RedParameters): void {
    const { maxProbability } = parameters;
    this.parameters = parameters;
    this.maxProbability = maxProbability;
    this.step = Math.max(1, Math.floor(maxProbability / distance(parameters)));
    this.average = 0;
    this.count = -1;
  }

  get isIdle(): boolean {
    return this.idleSince !== undefined;
  }

  /** Nothing waits any more. */
  rest(now: number): void {
    this.idleSince = now;
  }

  wakeUp(): void {
    this.idleSince = undefined;
  }

  restart(): void {
    this.wakeUp();
    this.average = 0;
    this.count = -1;
  }

  /** A packet comes (red_calc_qavg). @param backlog bytes that wait. */
  update(backlog: number, now: number): void {
    this.average =
      this.idleSince === undefined
        ? this.average + backlog - this.shifted(this.average)
        : this.afterIdleness(now - this.idleSince);
  }

  /** red_action */
  decide(): typeof KEEP | typeof MARK_BY_CHANCE | typeof MARK {
    const { min, max, wlog } = this.parameters;
    const scale = 2 ** wlog;
    if (this.average < min * scale) {
      this.count = -1;
      return KEEP;
    }
    if (this.average >= max * scale) {
      this.count = -1;
      return MARK;
    }
    if (++this.count === 0) {
      this.drawn = this.draw();
      return KEEP;
    }
    if (Math.floor((this.average - min * scale) / scale) * this.count < this.drawn) return KEEP;
    this.count = 0;
    this.drawn = this.draw();
    return MARK_BY_CHANCE;
  }

  /** Moves the largest probability so that the average stays in the middle (red_adaptative_algo), each half second. */
  adapt(now: number): void {
    const { parameters } = this;
    const length = this.shifted(this.idleSince === undefined ? this.average : this.afterIdleness(now - this.idleSince));
    const { min } = parameters;
    const fifth = Math.floor(distance(parameters) / 5);
    if (length > min + 3 * fifth && this.maxProbability <= MOST_PROBABILITY)
      this.maxProbability += Math.min(LEAST_PROBABILITY, Math.floor(this.maxProbability / 4));
    else if (length < min + 2 * fifth && this.maxProbability >= LEAST_PROBABILITY)
      this.maxProbability = Math.floor(this.maxProbability / 10) * 9;
    this.step = Math.max(1, Math.round(this.maxProbability / distance(parameters)));
  }

  private shifted(average: number): number {
    return Math.floor(average / 2 ** this.parameters.wlog);
  }

  /** red_calc_qavg_from_idle_time */
  private afterIdleness(nanoseconds: number): number {
    const { cellLog, idleShifts } = this.parameters;
    const cell = 2 ** cellLog;
    const idle = Math.min(Math.floor(nanoseconds / 1000), 255 * cell);
    const shift = idleShifts[Math.floor(idle / cell) & 255] ?? 0;
    if (shift > 0) return Math.floor(this.average / 2 ** shift);
    const less = Math.floor((this.average * idle) / cell);
    const half = Math.floor(this.average / 2);
    return less < half ? this.average - less : half;
  }

  /** red_random: even between 0 and the distance of the thresholds over the largest probability. */
  private draw(): number {
    return Math.floor(this.chance.uint32() / this.step);
  }
}

/** Between the thresholds, at least 1. */
const distance = ({ min, max }: RedParameters): number => Math.max(1, max - min);
