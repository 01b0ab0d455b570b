import type { Observer } from "../network/observer.ts";
import type { ByteStore } from "../packet/bytestore.ts";
import { dissect } from "../packet/dissect/dissect.ts";
import type { Skb } from "../packet/skb.ts";
import type { Simulation } from "../simulation/simulation.ts";
import { formatTime } from "./time.ts";

/** Writes a line for each step of each packet: time, packet number, where, what. */
export class Trace implements Observer {
  readonly tracing: boolean;
  private readonly simulation: Simulation;
  private readonly store: ByteStore;
  private readonly write: ((line: string) => void) | undefined;

  /** @param write absent: nothing is traced. */
  constructor(simulation: Simulation, store: ByteStore, write: ((line: string) => void) | undefined) {
    this.simulation = simulation;
    this.store = store;
    this.write = write;
    this.tracing = write !== undefined;
  }

  trace(skb: Skb, where: string, what: string): void {
    this.write?.(`${formatTime(this.simulation.now)}  #${skb.id}  ${where}  ${what}`);
  }

  /** A frame passes an interface. */
  frame(skb: Skb, where: string, direction: "in" | "out"): void {
    const summary = dissect(this.store.bytes, skb.data, skb.length, skb.linkType);
    this.trace(skb, where, `${direction === "in" ? "receives" : "sends"}  ${summary}`);
  }
}
