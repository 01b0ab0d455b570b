import type { ByteStore } from "../packet/bytestore.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import { completeChecksum } from "../packet/partial-checksum.ts";
import { largestLength } from "../packet/segment-length.ts";
import type { Skb } from "../packet/skb.ts";
import type { EventHandler } from "../simulation/event-queue.ts";
import type { Random } from "../simulation/random.ts";
import type { Simulation } from "../simulation/simulation.ts";
import { ArrivalLane } from "./arrival-lane.ts";
import { ETHERNET_HEADER } from "./ethernet-frame.ts";
import type { Ledger } from "./ledger.ts";

const NANOSECONDS_PER_BYTE_AT_1_BIT = 8e9;

/** What a direction of a link does to packets; see `Impairment` of the topology's model for the units. */
export interface LinkSettings {
  delay: number;
  jitter: number;
  rate: number;
  loss: number;
  duplicate: number;
  corrupt: number;
  queue: number;
  mtu: number;
}

/** Where a link's packets come out. */
export interface LinkEnd {
  readonly label: string;
  receive(skb: Skb): void;
}

/**
 * One direction of a link. A packet waits until the packets before it are on the wire, takes its length at the
 * link's rate, and arrives after the delay; with jitter a later packet may arrive first, as with Linux's netem.
 * The order of the impairments is netem's too: duplication, then loss, then corruption, then delay.
 */
export class LinkDirection implements EventHandler {
  readonly settings: LinkSettings;
  up = true;
  sent = 0;
  sentBytes = 0;
  delivered = 0;
  dropped = 0;
  duplicated = 0;
  corrupted = 0;
  /** Packets that wait for the wire or travel on it. */
  inFlight = 0;
  /** When the wire is free again. */
  freeAt = 0;
  /** Times at which the packets that wait or are being sent have left, in order: a ring. */
  private departures = new Float64Array(64);
  private first = 0;
  private waiting = 0;
  private readonly lane: ArrivalLane;
  private readonly label: string;
  private readonly end: LinkEnd;
  private readonly simulation: Simulation;
  private readonly random: Random;
  private readonly ledger: Ledger;
  private readonly store: ByteStore;

  constructor(
    label: string,
    settings: LinkSettings,
    end: LinkEnd,
    world: { simulation: Simulation; ledger: Ledger; store: ByteStore },
    random: Random,
  ) {
    this.label = label;
    this.settings = { ...settings };
    this.end = end;
    this.simulation = world.simulation;
    this.lane = new ArrivalLane(world.simulation, (skb) => this.arrive(skb));
    this.ledger = world.ledger;
    this.store = world.store;
    this.random = random;
  }

  send(skb: Skb): void {
    this.sent++;
    this.sentBytes += skb.length;
    const { settings, random } = this;
    if (!this.up) {
      this.discard(skb, "LINK_DOWN");
      return;
    }
    if (settings.mtu > 0 && largestLength(this.store.bytes, skb) - ETHERNET_HEADER > settings.mtu) {
      this.discard(skb, "PKT_TOO_BIG");
      return;
    }
    if (random.chance(settings.duplicate)) {
      this.duplicated++;
      this.transmit(this.ledger.copy(skb));
    }
    this.transmit(skb);
  }

  /** A packet that overtook others arrives; run by the simulation. */
  run(_: number, skb: unknown): void {
    this.arrive(skb as Skb);
  }

  private arrive(skb: Skb): void {
    this.inFlight--;
    if (!this.up) {
      this.discard(skb, "LINK_DOWN");
      return;
    }
    this.delivered++;
    this.end.receive(skb);
  }

  private transmit(skb: Skb): void {
    const { settings, random, simulation } = this;
    if (random.chance(settings.loss)) {
      this.discard(skb, "LINK_LOSS");
      return;
    }
    if (random.chance(settings.corrupt)) this.corrupt(skb);
    let departure = simulation.now;
    if (settings.rate > 0) {
      this.forgetDeparted(simulation.now);
      if (this.waiting > settings.queue) {
        this.discard(skb, "LINK_QUEUE_FULL");
        return;
      }
      const start = Math.max(this.freeAt, simulation.now);
      departure = start + Math.ceil((skb.length * NANOSECONDS_PER_BYTE_AT_1_BIT) / settings.rate);
      this.freeAt = departure;
      this.remember(departure);
    }
    let delay = settings.delay;
    if (settings.jitter > 0) delay = Math.max(0, delay + Math.round((2 * random.fraction() - 1) * settings.jitter));
    this.inFlight++;
    if (!this.lane.add(departure + delay, skb)) simulation.at(departure + delay, this, 0, skb);
  }

  private discard(skb: Skb, reason: DropReason): void {
    this.dropped++;
    this.ledger.drop(skb, this.label, reason);
  }

  /** Flips one bit, as netem's corruption does. */
  private corrupt(skb: Skb): void {
    this.corrupted++;
    // Whoever breaks it has to know its checksum first, or nobody would see.
    if (skb.checksumStart !== 0) completeChecksum(this.store.bytes, skb);
    if (skb.length === 0) return;
    const bit = this.random.below(skb.length * 8);
    const address = skb.data + (bit >> 3);
    this.store.bytes[address]! ^= 1 << (bit & 7);
  }

  private forgetDeparted(now: number): void {
    const mask = this.departures.length - 1;
    while (this.waiting > 0 && this.departures[this.first]! <= now) {
      this.first = (this.first + 1) & mask;
      this.waiting--;
    }
  }

  private remember(departure: number): void {
    const { departures } = this;
    const mask = departures.length - 1;
    departures[(this.first + this.waiting) & mask] = departure;
    if (++this.waiting <= mask) return;
    const larger = new Float64Array(departures.length * 2);
    for (let i = 0; i < this.waiting; i++) larger[i] = departures[(this.first + i) & mask]!;
    this.departures = larger;
    this.first = 0;
  }
}
