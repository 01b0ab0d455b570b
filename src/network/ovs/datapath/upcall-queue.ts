import type { Skb } from "../../../packet/skb.ts";
import type { EventHandler } from "../../../simulation/event-queue.ts";
import type { Simulation } from "../../../simulation/simulation.ts";
import type { UserspaceAction } from "./action.ts";
import { PacketState } from "./packet-state.ts";

/** A packet on its way up: for want of a flow, or because a flow says so. */
export interface Upcall {
  readonly state: PacketState;
  /** Undefined: there was no flow for it. */
  action: UserspaceAction | undefined;
}

/** How much fits into the queue to the slow path, and how long the slow path takes for each packet of it in nanoseconds. */
export interface UpcallSettings {
  readonly queue: number;
  readonly time: number;
}

/** The queue to the slow path, which takes one packet after another. Entries are used again. */
export class UpcallQueue implements EventHandler {
  /** Packets that went up, and those for which there was no room. */
  misses = 0;
  actions = 0;
  lost = 0;
  private readonly settings: UpcallSettings;
  private readonly simulation: Simulation;
  private readonly handle: (upcall: Upcall) => void;
  private readonly ring: Upcall[] = [];
  private first = 0;
  private count = 0;

  constructor(settings: UpcallSettings, simulation: Simulation, handle: (upcall: Upcall) => void) {
    this.settings = settings;
    this.simulation = simulation;
    this.handle = handle;
  }

  /** Packets in the queue. */
  get length(): number {
    return this.count;
  }

  /** Takes the packet, whose state it copies; false where there is no room for it. */
  push(skb: Skb, from: PacketState, action: UserspaceAction | undefined): boolean {
    if (this.count >= this.settings.queue) {
      this.lost++;
      return false;
    }
    const at = (this.first + this.count) % this.settings.queue;
    this.ring[at] ??= { state: new PacketState(), action: undefined };
    const upcall = this.ring[at]!;
    upcall.state.copyFrom(from, skb);
    upcall.action = action;
    if (action === undefined) this.misses++;
    else this.actions++;
    this.count++;
    if (this.count === 1) this.simulation.after(this.settings.time, this);
    return true;
  }

  run(): void {
    const upcall = this.ring[this.first]!;
    this.handle(upcall);
    this.first = (this.first + 1) % this.settings.queue;
    this.count--;
    if (this.count > 0) this.simulation.after(this.settings.time, this);
  }
}
