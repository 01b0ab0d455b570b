import { type Diagnostic, NetsimError } from "../errors.ts";
import type { World } from "../network/world.ts";
import { openCapture } from "../packet/capture/open-capture.ts";
import type { CaptureReader } from "../packet/capture/reader.ts";
import type { Skb } from "../packet/skb.ts";
import type { EventHandler } from "../simulation/event-queue.ts";
import type { ReplayTraffic } from "../topology/model.ts";
import { deviceOf, type Endpoint } from "./endpoint.ts";
import { frameSender } from "./frame-sender.ts";
import type { TrafficSource } from "./traffic-source.ts";

/** Puts the packets of a capture on an interface, one read ahead, so that any length of capture needs the same memory. */
export class ReplaySource implements TrafficSource, EventHandler {
  readonly kind = "replay";
  readonly description: string;
  /** What could not be read; the packets before it were sent. */
  problem: Diagnostic | undefined;
  sent = 0;
  /** Time of the capture's first packet; undefined where it has none. */
  private readonly firstTime: { readonly seconds: number; readonly nanoseconds: number } | undefined;
  private readonly model: ReplayTraffic;
  private readonly reader: CaptureReader;
  private readonly world: World;
  private readonly inject: (skb: Skb) => void;
  private readonly limit: number;
  private more: boolean;

  /** Opens the capture and reads its first packet. Throws a NetsimError when it is no capture at all. */
  constructor(model: ReplayTraffic, at: Endpoint, world: World) {
    this.model = model;
    this.world = world;
    this.limit = model.limit ?? Number.POSITIVE_INFINITY;
    const device = deviceOf(at);
    this.inject = model.direction === "in" ? (skb) => device.receive(skb) : frameSender(at);
    this.reader = openCapture(model.file, world.store);
    this.description = `packets of ${model.file} ${model.direction === "in" ? "arriving at" : "sent by"} ${device.label}`;
    this.more = this.readNext();
    if (this.more) this.firstTime = { seconds: this.reader.seconds, nanoseconds: this.reader.nanoseconds };
  }

  /** What simulated time 0 stands for when the packets keep the times of their capture; undefined when they do not. */
  get epoch(): { readonly seconds: number; readonly nanoseconds: number } | undefined {
    const { timing, start } = this.model;
    if (this.firstTime === undefined || timing.kind !== "original" || timing.speed !== 1) return undefined;
    const { seconds, nanoseconds } = this.firstTime;
    const borrow = Math.ceil(Math.max(0, start - nanoseconds) / 1e9);
    return { seconds: seconds - borrow, nanoseconds: nanoseconds + borrow * 1e9 - start };
  }

  start(): void {
    if (this.more) this.world.simulation.at(this.model.start, this);
  }

  /** Sends the packet that was read ahead, and those after it as long as nothing else is to be done; run by the simulation. */
  run(): void {
    const { simulation } = this.world;
    for (;;) {
      this.send();
      if (this.sent >= this.limit || !this.readNext()) return;
      const time = this.nextTime();
      if (simulation.advance(time)) continue;
      simulation.at(time, this);
      return;
    }
  }

  private send(): void {
    const { reader, world } = this;
    const skb = world.ledger.enter(world.pool.fromMemory(reader.at, reader.length));
    skb.linkType = reader.linkType;
    skb.originalLength = Math.max(reader.originalLength, reader.length);
    this.sent++;
    this.inject(skb);
  }

  close(): void {
    this.reader.close();
  }

  /** When the packet that was read ahead is due; one that was captured before its predecessor is sent right after it. */
  private nextTime(): number {
    const { timing, start } = this.model;
    if (timing.kind === "every") return start + this.sent * timing.every;
    const { reader, firstTime } = this;
    const offset = (reader.seconds - firstTime!.seconds) * 1e9 + (reader.nanoseconds - firstTime!.nanoseconds);
    return start + Math.round(offset / timing.speed);
  }

  private readNext(): boolean {
    if (this.limit <= this.sent) return false;
    try {
      return this.reader.next();
    } catch (error) {
      if (!(error instanceof NetsimError)) throw error;
      this.problem = error.diagnostics[0];
      return false;
    }
  }
}
