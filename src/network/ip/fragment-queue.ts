import type { Skb } from "../../packet/skb.ts";

/** One fragment: the bytes of its datagram's payload from `start` up to, not including, `end`. */
export interface Fragment {
  readonly skb: Skb;
  readonly start: number;
  readonly end: number;
  /** Address of its first payload byte, counted from `skb.data`. */
  readonly offset: number;
}

/** Fragments that follow one another without a gap. */
interface Run {
  start: number;
  end: number;
  readonly fragments: Fragment[];
}

/**
 * The fragments of one datagram that are here so far (net/ipv4/inet_fragment.c, which IPv4 and IPv6 share). An overlap
 * discards the whole datagram (RFC 5722, which Linux applies to IPv4 too), a repetition only the repeated fragment.
 */
export class FragmentQueue {
  /** In the order of their places. Only fragments that come in order join the last run: a fragment that fills a gap stays by itself. */
  private readonly runs: Run[] = [];
  /** Payload length as far as it is known; that of the whole datagram once `hasLast`. */
  private length = 0;
  private hasLast = false;
  /** Payload bytes that are here. */
  private present = 0;
  /** Length of the largest fragment, with its IP header. */
  largest = 0;

  get hasFirst(): boolean {
    return this.runs[0]?.start === 0;
  }

  get isComplete(): boolean {
    return this.hasFirst && this.hasLast && this.present === this.length;
  }

  /** Payload bytes of the whole datagram; meaningful when complete. */
  get total(): number {
    return this.length;
  }

  /** How many fragments are here. */
  get size(): number {
    let sum = 0;
    for (const { fragments } of this.runs) sum += fragments.length;
    return sum;
  }

  /** In the order of their places. */
  *fragments(): Iterable<Fragment> {
    for (const run of this.runs) yield* run.fragments;
  }

  get first(): Fragment | undefined {
    return this.runs[0]?.fragments[0];
  }

  /**
   * Takes a fragment in.
   * @param more more fragments follow it.
   * @returns `corrupt` where it contradicts what the other fragments say or is empty; the datagram is lost then too.
   */
  insert(fragment: Fragment, more: boolean): "taken" | "duplicate" | "overlap" | "corrupt" {
    const { start, end } = fragment;
    if (!more) {
      if (end < this.length || (this.hasLast && end !== this.length)) return "corrupt";
      this.hasLast = true;
      this.length = end;
    } else if (end > this.length) {
      if (this.hasLast) return "corrupt";
      this.length = end;
    }
    if (end === start) return "corrupt";
    const outcome = this.place(fragment);
    if (outcome === "taken") {
      this.present += end - start;
      this.largest = Math.max(this.largest, fragment.offset + end - start);
    }
    return outcome;
  }

  private place(fragment: Fragment): "taken" | "duplicate" | "overlap" {
    const { start, end } = fragment;
    const { runs } = this;
    const last = runs[runs.length - 1];
    if (last === undefined || last.end < end) {
      if (last !== undefined && start < last.end) return "overlap";
      if (last !== undefined && start === last.end) {
        last.fragments.push(fragment);
        last.end = end;
      } else runs.push({ start, end, fragments: [fragment] });
      return "taken";
    }
    let low = 0;
    let high = runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const run = runs[middle]!;
      if (end <= run.start) high = middle;
      else if (start >= run.end) low = middle + 1;
      else return start >= run.start && end <= run.end ? "duplicate" : "overlap";
    }
    runs.splice(low, 0, { start, end, fragments: [fragment] });
    return "taken";
  }
}
