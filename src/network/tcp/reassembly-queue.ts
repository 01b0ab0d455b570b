import type { Skb } from "../../packet/skb.ts";
import { after, before } from "./sequence.ts";

/** A segment that waits for what comes before it. */
export interface WaitingSegment {
  readonly skb: Skb;
  readonly sequence: number;
  readonly end: number;
  readonly flags: number;
  /** Address of the payload, its length, and the length that it had before a socket's filter. */
  readonly payload: number;
  readonly length: number;
  readonly original: number;
}

/** Segments that arrived before their time, in the order of their sequence numbers (tcp_data_queue_ofo). */
export class ReassemblyQueue {
  private waiting: WaitingSegment[] = [];

  get size(): number {
    return this.waiting.length;
  }

  /**
   * Puts a segment where it belongs.
   * @param discard gets segments whose bytes are all here in another one: the new one, or older ones that it covers.
   * @param duplicate gets the range that was here already.
   */
  insert(segment: WaitingSegment, discard: (skb: Skb) => void, duplicate: (start: number, end: number) => void): void {
    const { waiting } = this;
    const { sequence, end } = segment;
    let at = waiting.length;
    while (at > 0 && before(sequence, waiting[at - 1]!.sequence)) at--;
    const previous = waiting[at - 1];
    let replaced = 0;
    if (previous !== undefined && before(sequence, previous.end)) {
      if (!after(end, previous.end)) {
        discard(segment.skb);
        duplicate(sequence, end);
        return;
      }
      if (after(sequence, previous.sequence)) duplicate(sequence, previous.end);
      else {
        // It begins where that one does, and is longer.
        duplicate(previous.sequence, previous.end);
        discard(previous.skb);
        at--;
        replaced = 1;
      }
    }
    for (;;) {
      const next = waiting[at + replaced];
      if (next === undefined || !after(end, next.sequence)) break;
      if (before(end, next.end)) {
        duplicate(next.sequence, end);
        break;
      }
      duplicate(next.sequence, next.end);
      discard(next.skb);
      replaced++;
    }
    waiting.splice(at, replaced, segment);
  }

  /** Takes out the first segment, if nothing is missing before it. */
  next(rcvNxt: number): WaitingSegment | undefined {
    const first = this.waiting[0];
    if (first === undefined || after(first.sequence, rcvNxt)) return undefined;
    return this.waiting.shift();
  }

  /** Empties the queue. */
  purge(discard: (skb: Skb) => void): void {
    for (const { skb } of this.waiting) discard(skb);
    this.waiting = [];
  }
}
