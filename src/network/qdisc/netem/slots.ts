import type { Random } from "../../../simulation/random.ts";
import { spread } from "./spread.ts";
import type { Taus113 } from "./taus113.ts";

/** Packets leave in bursts, with pauses between them; times in nanoseconds. */
export interface SlotOptions {
  /** Pauses are evenly between these two; where there is a distribution, by it instead. */
  readonly min: number;
  readonly max: number;
  /** A key of DISTRIBUTIONS; undefined: even. */
  readonly distribution: string | undefined;
  readonly delay: number;
  readonly jitter: number;
  /** Most packets and bytes of a burst. */
  readonly packets: number;
  readonly bytes: number;
}

/** When the next burst may begin, and what the present one may still hold (get_slot_next of sch_netem.c). */
export class Slots {
  /** When packets may leave again. */
  next: number;
  private readonly options: SlotOptions;
  private readonly chance: Random;
  private readonly generator: Taus113;
  private packetsLeft: number;
  private bytesLeft: number;

  constructor(options: SlotOptions, now: number, chance: Random, generator: Taus113) {
    this.options = options;
    this.next = now;
    this.chance = chance;
    this.generator = generator;
    this.packetsLeft = options.packets;
    this.bytesLeft = options.bytes;
  }

  /** A packet waits whose own time is that: the slot that is over by then makes room for another. */
  await(time: number, now: number): void {
    if (this.next < time) this.advance(now);
  }

  /** A packet leaves. */
  left(bytes: number, now: number): void {
    this.packetsLeft--;
    this.bytesLeft -= bytes;
    if (this.packetsLeft <= 0 || this.bytesLeft <= 0) this.advance(now);
  }

  private advance(now: number): void {
    const { min, max, distribution, delay, jitter, packets, bytes } = this.options;
    this.next =
      now +
      (distribution === undefined
        ? min + Math.floor(((max - min) * this.chance.uint32()) / 2 ** 32)
        : spread(this.generator.next(), delay, jitter, distribution));
    this.packetsLeft = packets;
    this.bytesLeft = bytes;
  }
}
