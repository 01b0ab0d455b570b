import type { Skb } from "../../packet/skb.ts";
import type { EventHandler } from "../../simulation/event-queue.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import type { Interface } from "../interface.ts";
import type { Qdisc } from "./qdisc.ts";

/** A device's root qdisc at work: packets leave it when it lets them and the wire is free (net/sched/sch_generic.c, __qdisc_run). */
export class DeviceQueue implements EventHandler {
  readonly kind: string;
  readonly handle: number;
  readonly qdisc: Qdisc;
  private readonly device: Interface;
  private readonly simulation: Simulation;
  /** Time of the event that will look again; Infinity: there is none. */
  private wakeAt = Number.POSITIVE_INFINITY;
  private running = false;

  constructor(kind: string, handle: number, qdisc: Qdisc, device: Interface, simulation: Simulation) {
    this.kind = kind;
    this.handle = handle;
    this.qdisc = qdisc;
    this.device = device;
    this.simulation = simulation;
  }

  send(skb: Skb): void {
    this.qdisc.enqueue(skb);
    this.drain();
  }

  /** Looks again; run by the simulation. */
  run(): void {
    if (this.simulation.now < this.wakeAt) {
      this.simulation.pass();
      return;
    }
    this.wakeAt = Number.POSITIVE_INFINITY;
    this.drain();
  }

  /** Hands packets to the driver until there are none, the wire is busy, or none may leave. */
  private drain(): void {
    if (this.running) return;
    this.running = true;
    const { simulation, qdisc, device } = this;
    while (qdisc.length > 0) {
      const freeAt = device.link?.freeAt ?? 0;
      if (freeAt > simulation.now) {
        this.wake(freeAt);
        break;
      }
      const skb = qdisc.dequeue();
      if (skb === undefined) {
        this.wake(qdisc.nextTime());
        break;
      }
      device.dequeued(skb);
    }
    this.running = false;
  }

  private wake(time: number): void {
    if (time >= this.wakeAt || time === Number.POSITIVE_INFINITY) return;
    this.wakeAt = time;
    this.simulation.at(time, this);
  }
}
