import type { Skb } from "../packet/skb.ts";
import type { EventHandler } from "../simulation/event-queue.ts";
import type { Simulation } from "../simulation/simulation.ts";

/**
 * Packets that travel one behind the other. They wait here in a ring, and only the first of them is an event of the
 * simulation, so that the event queue stays small however many are on their way. A packet becomes an event when the one
 * before it arrives; among events of the same time it takes its place then.
 */
export class ArrivalLane implements EventHandler {
  private skbs: (Skb | undefined)[] = new Array(64).fill(undefined);
  private times = new Float64Array(64);
  private first = 0;
  private size = 0;
  private readonly simulation: Simulation;
  private readonly arrive: (skb: Skb) => void;

  constructor(simulation: Simulation, arrive: (skb: Skb) => void) {
    this.simulation = simulation;
    this.arrive = arrive;
  }

  /** Lets a packet arrive at `time`; false, and nothing done, where it would overtake the last one. */
  add(time: number, skb: Skb): boolean {
    const mask = this.times.length - 1;
    if (this.size > 0 && time < this.times[(this.first + this.size - 1) & mask]!) return false;
    if (this.size > mask) this.grow();
    const place = (this.first + this.size) & (this.times.length - 1);
    this.times[place] = time;
    this.skbs[place] = skb;
    if (this.size++ === 0) this.simulation.at(time, this);
    return true;
  }

  /** The first packet arrives; run by the simulation. */
  run(): void {
    const { first } = this;
    const skb = this.skbs[first]!;
    this.skbs[first] = undefined;
    this.first = (first + 1) & (this.times.length - 1);
    if (--this.size > 0) this.simulation.at(this.times[this.first]!, this);
    this.arrive(skb);
  }

  private grow(): void {
    const { skbs, times, first, size } = this;
    const mask = times.length - 1;
    this.skbs = new Array(times.length * 2).fill(undefined);
    this.times = new Float64Array(times.length * 2);
    for (let i = 0; i < size; i++) {
      this.skbs[i] = skbs[(first + i) & mask];
      this.times[i] = times[(first + i) & mask]!;
    }
    this.first = 0;
  }
}
