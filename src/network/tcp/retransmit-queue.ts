import { FIN, PSH } from "./flags.ts";
import { distance } from "./sequence.ts";

/** Marks of a segment beside its TCP flags, which take the low six bits. */
export const LOST = 0x100;
/** Sent again, and that copy is on its way. */
export const RESENT = 0x200;
/** Was sent again at some time, so that it gives no round-trip time. */
export const EVER_RESENT = 0x400;

const SMALLEST = 8;
/* Numbers kept of each segment, by their places. */
const START = 0;
const END = 1;
const TIME = 2;
const MARK = 3;
const FIELDS = 4;

const NOTHING = new Float64Array(0);

/**
 * Segments that were sent and not acknowledged, oldest first. Only what they were is kept, in a ring of numbers: their
 * bytes can be made again.
 */
export class RetransmitQueue {
  /** packets_out. */
  count = 0;
  /** lost_out: segments marked lost. */
  lost = 0;
  /** retrans_out: segments marked as sent again. */
  resent = 0;
  private ring = NOTHING;
  private capacity = 0;
  private first = 0;

  start(index: number): number {
    return this.ring[this.slot(index) + START]!;
  }

  /** Sequence number behind the segment. */
  end(index: number): number {
    return this.ring[this.slot(index) + END]!;
  }

  /** When it was sent last, in nanoseconds. */
  sentAt(index: number): number {
    return this.ring[this.slot(index) + TIME]!;
  }

  /** TCP flags and marks. */
  mark(index: number): number {
    return this.ring[this.slot(index) + MARK]!;
  }

  push(start: number, end: number, flags: number, now: number): void {
    if (this.count === this.capacity) this.grow();
    this.write(this.count++, start, end, now, flags);
  }

  /** Takes the oldest segment out. */
  shift(): void {
    const mark = this.mark(0);
    if ((mark & LOST) !== 0) this.lost--;
    if ((mark & RESENT) !== 0) this.resent--;
    this.first = (this.first + 1) & (this.capacity - 1);
    this.count--;
  }

  /** tcp_mark_skb_lost: what was sent again is lost again. */
  markLost(index: number): void {
    const mark = this.mark(index);
    if ((mark & RESENT) !== 0) this.resent--;
    if ((mark & LOST) === 0) this.lost++;
    this.setMark(index, (mark & ~RESENT) | LOST);
  }

  markAllLost(): void {
    for (let i = 0; i < this.count; i++) this.markLost(i);
  }

  /** The segment carries one more flag when it is sent again. */
  addFlag(index: number, flag: number): void {
    this.setMark(index, this.mark(index) | flag);
  }

  /** The segment is sent again now, from `start` on. */
  markResent(index: number, start: number, now: number): void {
    const mark = this.mark(index);
    if ((mark & RESENT) === 0) this.resent++;
    this.write(index, start, this.end(index), now, mark | RESENT | EVER_RESENT);
  }

  /** First segment that is lost and not sent again; -1: none. */
  nextLost(): number {
    if (this.lost === 0) return -1;
    for (let i = 0; i < this.count; i++) if ((this.mark(i) & (LOST | RESENT)) === LOST) return i;
    return -1;
  }

  /** Cuts segments of more than `size` bytes of payload, after the path's MTU has shrunk, and marks them lost (tcp_simple_retransmit). */
  split(size: number): void {
    for (let i = 0; i < this.count; i++) {
      const start = this.start(i);
      const end = this.end(i);
      const mark = this.mark(i);
      if (distance(start, end) - (mark & FIN) <= size) continue;
      const cut = (start + size) >>> 0;
      const sentAt = this.sentAt(i);
      this.insert(i + 1, cut, end, sentAt, mark & ~(LOST | RESENT));
      this.write(i, start, cut, sentAt, mark & ~(FIN | PSH));
      this.markLost(i);
      this.markLost(i + 1);
    }
  }

  private slot(index: number): number {
    return ((this.first + index) & (this.capacity - 1)) * FIELDS;
  }

  private setMark(index: number, mark: number): void {
    this.ring[this.slot(index) + MARK] = mark;
  }

  private write(index: number, start: number, end: number, time: number, mark: number): void {
    const { ring } = this;
    const slot = this.slot(index);
    ring[slot + START] = start;
    ring[slot + END] = end;
    ring[slot + TIME] = time;
    ring[slot + MARK] = mark;
  }

  private insert(index: number, start: number, end: number, time: number, mark: number): void {
    if (this.count === this.capacity) this.grow();
    for (let i = this.count++; i > index; i--)
      this.write(i, this.start(i - 1), this.end(i - 1), this.sentAt(i - 1), this.mark(i - 1));
    this.write(index, start, end, time, mark);
  }

  private grow(): void {
    const { ring, capacity, first, count } = this;
    const larger = new Float64Array(Math.max(SMALLEST, capacity * 2) * FIELDS);
    for (let i = 0; i < count; i++) {
      const slot = ((first + i) & (capacity - 1)) * FIELDS;
      for (let field = 0; field < FIELDS; field++) larger[i * FIELDS + field] = ring[slot + field]!;
    }
    this.ring = larger;
    this.capacity = larger.length / FIELDS;
    this.first = 0;
  }
}
