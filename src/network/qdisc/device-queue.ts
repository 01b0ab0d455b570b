import type { Skb } from "../../packet/skb.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import type { Interface } from "../interface.ts";
import { countSent } from "./counts.ts";
import type { Qdisc } from "./qdisc.ts";
import { Watchdog } from "./watchdog.ts";
import { XMIT, type Xmit } from "./xmit.ts";

/** A device's root qdisc at work: packets leave it when it lets them and the wire is free (net/sched/sch_generic.c, __qdisc_run). */
export class DeviceQueue {
  qdisc: Qdisc;
  private readonly device: Interface;
  private readonly simulation: Simulation;
  /** Looks again when the wire is free. */
  private readonly wireFree: Watchdog;
  private running = false;

  constructor(qdisc: Qdisc, device: Interface, simulation: Simulation) {
    this.qdisc = qdisc;
    this.device = device;
    this.simulation = simulation;
    this.wireFree = new Watchdog(simulation, () => this.drain());
  }

  /** Queues a packet (__dev_xmit_skb): one of XMIT. */
  send(skb: Skb): Xmit {
    let result: Xmit = XMIT.SUCCESS;
    const { qdisc, simulation, device } = this;
    if (qdisc.bypass === true && qdisc.length === 0 && !this.running && (device.link?.freeAt ?? 0) <= simulation.now) {
      countSent(qdisc.counts, skb);
      this.running = true;
      device.dequeued(skb);
      this.running = false;
    } else result = qdisc.enqueue(skb);
    if (qdisc.length > 0) this.drain();
    return result === XMIT.STOLEN ? XMIT.SUCCESS : result;
  }

  /** Hands packets to the driver until there are none, the wire is busy, or none may leave. */
  drain(): void {
    if (this.running) return;
    this.running = true;
    const { simulation, device } = this;
    let hasSent = false;
    while (this.qdisc.length > 0) {
      const freeAt = device.link?.freeAt ?? 0;
      if (freeAt > simulation.now) {
        this.wireFree.set(freeAt);
        break;
      }
      const skb = this.qdisc.dequeue();
      if (skb === undefined) break;
      device.dequeued(skb);
      hasSent = true;
    }
    // The kernel asks until there is nothing, which is when some notice that they are idle.
    if (hasSent && this.qdisc.length === 0) this.qdisc.dequeue();
    this.running = false;
  }
}
