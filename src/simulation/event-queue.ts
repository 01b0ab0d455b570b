/**
 * A thing to be done at a simulated time. `run` gets the two operands that were given when it was scheduled, so that
 * the hot paths need no closure for each packet.
 */
export interface EventHandler {
  run(a: number, b: unknown): void;
}

/**
 * Events in the order of (time, sequence): a binary heap in parallel arrays, without an object per event. Two events
 * of the same time run in the order in which they were scheduled.
 */
export class EventQueue {
  private readonly times: number[] = [];
  private readonly sequences: number[] = [];
  private readonly slots: number[] = [];
  private readonly handlers: (EventHandler | undefined)[] = [];
  private readonly as: number[] = [];
  private readonly bs: unknown[] = [];
  private readonly freeSlots: number[] = [];
  private sequence = 0;

  get size(): number {
    return this.times.length;
  }

  /** Time of the next event in nanoseconds; Infinity when there is none. */
  get nextTime(): number {
    return this.times.length > 0 ? this.times[0]! : Number.POSITIVE_INFINITY;
  }

  push(time: number, handler: EventHandler, a: number, b: unknown): void {
    const slot = this.freeSlots.pop() ?? this.handlers.length;
    this.handlers[slot] = handler;
    this.as[slot] = a;
    this.bs[slot] = b;
    const { times, sequences, slots } = this;
    const sequence = this.sequence++;
    let i = times.length;
    times.push(time);
    sequences.push(sequence);
    slots.push(slot);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      // A new event has the highest sequence, so an equal time never rises.
      if (times[parent]! <= time) break;
      times[i] = times[parent]!;
      sequences[i] = sequences[parent]!;
      slots[i] = slots[parent]!;
      i = parent;
    }
    times[i] = time;
    sequences[i] = sequence;
    slots[i] = slot;
  }

  /** Takes the next event out and runs it. The queue must not be empty. */
  runNext(): void {
    const { times, sequences, slots } = this;
    const slot = slots[0]!;
    const time = times.pop()!;
    const sequence = sequences.pop()!;
    const last = slots.pop()!;
    const n = times.length;
    if (n > 0) {
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= n) break;
        if (child + 1 < n && this.before(child + 1, child)) child++;
        if (times[child]! > time || (times[child]! === time && sequences[child]! > sequence)) break;
        times[i] = times[child]!;
        sequences[i] = sequences[child]!;
        slots[i] = slots[child]!;
        i = child;
      }
      times[i] = time;
      sequences[i] = sequence;
      slots[i] = last;
    }
    const handler = this.handlers[slot]!;
    const a = this.as[slot]!;
    const b = this.bs[slot];
    this.handlers[slot] = undefined;
    this.bs[slot] = undefined;
    this.freeSlots.push(slot);
    handler.run(a, b);
  }

  private before(i: number, j: number): boolean {
    const a = this.times[i]!;
    const b = this.times[j]!;
    return a < b || (a === b && this.sequences[i]! < this.sequences[j]!);
  }
}
