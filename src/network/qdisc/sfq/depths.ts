import type { Slot } from "./slot.ts";

/** Slots by the number of packets in them, those of one number last come first (the dep chains of sch_sfq.c). */
export class Depths {
  /** Packets in the longest slot. */
  deepest = 0;
  private readonly heads: (Slot | undefined)[];

  constructor(maxDepth: number) {
    this.heads = new Array(maxDepth + 1);
  }

  /** The slot of that depth that came last. */
  at(depth: number): Slot | undefined {
    return this.heads[depth];
  }

  /** Enters a slot. */
  link(slot: Slot): void {
    const head = this.heads[slot.depth];
    slot.previousAlike = undefined;
    slot.nextAlike = head;
    if (head !== undefined) head.previousAlike = slot;
    this.heads[slot.depth] = slot;
  }

  /** A packet more. */
  rise(slot: Slot): void {
    this.unlink(slot);
    slot.depth++;
    if (this.deepest < slot.depth) this.deepest = slot.depth;
    this.link(slot);
  }

  /** A packet less. */
  fall(slot: Slot): void {
    this.unlink(slot);
    if (this.heads[slot.depth] === undefined && this.deepest === slot.depth) this.deepest--;
    slot.depth--;
    this.link(slot);
  }

  private unlink(slot: Slot): void {
    const { previousAlike, nextAlike } = slot;
    if (previousAlike === undefined) this.heads[slot.depth] = nextAlike;
    else previousAlike.nextAlike = nextAlike;
    if (nextAlike !== undefined) nextAlike.previousAlike = previousAlike;
  }
}
