import type { Skb } from "../../packet/skb.ts";
import { noCounts } from "./counts.ts";
import { FifoQdisc } from "./fifo.ts";
import { Options, transmissionTime } from "./options.ts";
import type { Qdisc, QdiscClass, QdiscKind, QdiscSurroundings } from "./qdisc.ts";

export interface TbfOptions {
  /** Bytes a second. */
  readonly rate: number;
  /** Bytes. */
  readonly burst: number;
  /** Bytes a second; 0: none. */
  readonly peakRate: number;
  /** Bytes. */
  readonly mtu: number;
  /** Bytes that may wait. */
  readonly limit: number;
}

/** A token bucket: packets leave at a rate, a burst of them at once (sch_tbf.c). Tokens are nanoseconds. */
class TbfQdisc implements Qdisc {
  readonly counts = noCounts();
  readonly classes: readonly QdiscClass[];
  private readonly inner: Qdisc;
  private readonly options: TbfOptions;
  private readonly surroundings: QdiscSurroundings;
  private readonly bucket: number;
  private readonly peakBucket: number;
  private tokens: number;
  private peakTokens: number;
  private checked: number;
  /** The packet whose turn it is, taken out of the inner qdisc already. */
  private head: Skb | undefined;
  private readyAt = Number.POSITIVE_INFINITY;

  constructor(options: TbfOptions, surroundings: QdiscSurroundings) {
    this.options = options;
    this.surroundings = surroundings;
    this.bucket = transmissionTime(options.rate, options.burst);
    this.peakBucket = options.peakRate === 0 ? 0 : transmissionTime(options.peakRate, options.mtu);
    this.tokens = this.bucket;
    this.peakTokens = this.peakBucket;
    this.checked = surroundings.now();
    const classid = surroundings.handle + 1;
    this.inner = surroundings.child(classid) ?? new FifoQdisc({ bytes: options.limit }, surroundings);
    const { inner } = this;
    this.classes = [
      {
        classid,
        counts: inner.counts,
        get length() {
          return inner.length;
        },
        get backlog() {
          return inner.backlog;
        },
      },
    ];
  }

  get length(): number {
    return this.inner.length + (this.head === undefined ? 0 : 1);
  }

  get backlog(): number {
    return this.inner.backlog + (this.head?.length ?? 0);
  }

  enqueue(skb: Skb): void {
    const { inner, counts, options } = this;
    const largest = options.peakRate === 0 ? options.burst : Math.min(options.burst, options.mtu);
    if (skb.length > largest) {
      counts.dropped++;
      this.surroundings.drop(skb, "QDISC_DROP");
      return;
    }
    const before = inner.counts.dropped;
    inner.enqueue(skb);
    counts.dropped += inner.counts.dropped - before;
  }

  dequeue(): Skb | undefined {
    this.readyAt = Number.POSITIVE_INFINITY;
    this.head ??= this.inner.dequeue();
    const { head: skb, options, bucket, peakBucket } = this;
    if (skb === undefined) {
      this.readyAt = this.inner.nextTime();
      return undefined;
    }
    const now = this.surroundings.now();
    const passed = Math.min(now - this.checked, bucket);
    let peakTokens = 0;
    if (options.peakRate > 0)
      peakTokens = Math.min(passed + this.peakTokens, peakBucket) - transmissionTime(options.peakRate, skb.length);
    const tokens = Math.min(passed + this.tokens, bucket) - transmissionTime(options.rate, skb.length);
    if (tokens < 0 || peakTokens < 0) {
      this.readyAt = now + Math.max(-tokens, -peakTokens);
      this.counts.overlimits++;
      return undefined;
    }
    this.head = undefined;
    this.checked = now;
    this.tokens = tokens;
    this.peakTokens = peakTokens;
    this.counts.packets++;
    this.counts.bytes += skb.length;
    return skb;
  }

  nextTime(): number {
    return this.readyAt;
  }
}

export const tbf: QdiscKind<TbfOptions> = {
  name: "tbf",
  description: "A token bucket: a rate, and bursts above it.",
  options: {
    rate: { $ref: "#/$defs/rate", description: "At which packets leave." },
    burst: { $ref: "#/$defs/size", description: "Bytes that may leave at once; no packet may be larger." },
    limit: { $ref: "#/$defs/size", description: "Bytes that may wait; or give `latency`." },
    latency: { $ref: "#/$defs/duration", description: "How long a packet may wait, instead of `limit`." },
    peakrate: { $ref: "#/$defs/rate", description: "Rate of bursts. Default: no limit." },
    mtu: { $ref: "#/$defs/size", description: "With `peakrate`: bytes that may leave at once at all." },
  },
  required: ["rate", "burst"],
  classOptions: {},
  parse(given) {
    const options = new Options(given);
    const rate = options.need("rate", options.rate("rate"));
    const burst = options.need("burst", options.size("burst"));
    const peakRate = options.rate("peakrate") ?? 0;
    const mtu = options.size("mtu") ?? 0;
    const latency = options.duration("latency");
    if (rate === 0) options.fail("rate", "The rate of a token bucket is above 0.");
    if (burst === 0) options.fail("burst", "The burst of a token bucket is above 0.");
    if (peakRate > 0 && mtu === 0) options.fail("peakrate", "`peakrate` needs `mtu`.");
    if (peakRate > 0 && peakRate <= rate) options.fail("peakrate", "`peakrate` is above `rate`.");
    const limit =
      options.size("limit") ?? (latency === undefined ? undefined : limitOf(latency, rate, burst, peakRate, mtu));
    if (limit === undefined) return options.fail("rate", "A token bucket needs `limit` or `latency`.");
    return { rate, burst, peakRate, mtu, limit };
  },
  create: (options, surroundings) => new TbfQdisc(options, surroundings),
};

/** What tc(8) makes of a latency. */
function limitOf(latency: number, rate: number, burst: number, peakRate: number, mtu: number): number {
  const limit = (rate * latency) / 1e9 + burst;
  return Math.floor(peakRate === 0 ? limit : Math.min(limit, (peakRate * latency) / 1e9 + mtu));
}
