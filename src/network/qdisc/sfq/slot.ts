import { PacketQueue } from "../packet-queue.ts";
import type { RedAverage } from "../red/average.ts";

/** A flow of sfq (struct sfq_slot). */
export class Slot {
  readonly queue = new PacketQueue();
  /** Place in the hash table. */
  hash = 0;
  /** Packets, as its chain of `Depths` has them. */
  depth = 0;
  /** Bytes that it may still send in its turn. */
  allot = 0;
  /** The flow whose turn comes next. */
  next: Slot = this;
  /** Neighbours in the chain of slots of the same depth. */
  previousAlike: Slot | undefined;
  nextAlike: Slot | undefined;
  readonly average: RedAverage | undefined;

  constructor(average: RedAverage | undefined) {
    this.average = average;
  }
}
