import type { Skb } from "../../packet/skb.ts";
import { classOf } from "./classes.ts";
import { FifoQdisc } from "./fifo.ts";
import { FRAMING_OPTIONS, FRAMING_WORDS, type Framing, readFraming } from "./framing.ts";
import { Options } from "./options.ts";
import { packetLength } from "./packet-length.ts";
import type { Qdisc, QdiscClass, QdiscKind, QdiscSurroundings } from "./qdisc.ts";
import { Queue } from "./queue.ts";
import { Rate } from "./rate.ts";
import { XMIT, type Xmit } from "./xmit.ts";

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
  readonly framing: Framing;
}

/** A token bucket: packets leave at a rate, a burst of them at once (sch_tbf.c). Tokens are nanoseconds. */
class TbfQdisc extends Queue {
  readonly classes: readonly QdiscClass[];
  private inner: Qdisc;
  private rate = new Rate(1);
  private peak: Rate | undefined;
  private bucket = 0;
  private peakBucket = 0;
  private largest = 0;
  private tokens = 0;
  private peakTokens = 0;
  private checked: number;
  private limit: number;

  constructor(options: TbfOptions, surroundings: QdiscSurroundings) {
    super(surroundings);
    const classid = surroundings.handle + 1;
    this.limit = options.limit;
    this.inner = surroundings.child(classid) ?? new FifoQdisc("bytes", options, surroundings);
    this.classes = [classOf(classid, () => this.inner)];
    this.checked = surroundings.now();
    this.fill(options);
  }

  enqueue(skb: Skb): Xmit {
    if (packetLength(skb) <= this.largest) return this.pass(skb, this.inner);
    return skb.segmentSize === 0 ? this.drop(skb) : this.cut(skb);
  }

  /** A packet of many segments that is too large waits as those (tbf_segment). */
  private cut(skb: Skb): Xmit {
    const { surroundings } = this;
    const whole = packetLength(skb);
    let packets = 0;
    let bytes = 0;
    const wasCut = surroundings.segment(skb, (one) => {
      const { length } = one;
      if (length > this.largest) this.drop(one);
      else if (this.pass(one, this.inner) === XMIT.SUCCESS) {
        packets++;
        bytes += length;
      }
    });
    if (!wasCut) return this.drop(skb);
    if (packets === 0) return XMIT.DROP;
    // Those above are about to count one.
    surroundings.reduced(1 - packets, whole - bytes);
    return XMIT.SUCCESS;
  }

  change(options: TbfOptions): void {
    this.limit = options.limit;
    if (this.inner instanceof FifoQdisc) this.inner.change(options);
    this.fill(options);
  }

  graft(_: number, qdisc: Qdisc | undefined): void {
    this.purge(this.inner);
    this.inner = qdisc ?? new FifoQdisc("bytes", { limit: this.limit }, this.surroundings);
  }

  protected take(): Skb | undefined {
    const skb = this.inner.peek();
    if (skb === undefined) return undefined;
    const { surroundings, rate, peak, bucket, peakBucket } = this;
    const now = surroundings.now();
    const passed = Math.min(now - this.checked, bucket);
    const peakTokens =
      peak === undefined ? 0 : Math.min(passed + this.peakTokens, peakBucket) - peak.time(packetLength(skb));
    const tokens = Math.min(passed + this.tokens, bucket) - rate.time(packetLength(skb));
    if (tokens < 0 || peakTokens < 0) {
      surroundings.wake(now + Math.max(-tokens, -peakTokens));
      this.counts.overlimits++;
      return undefined;
    }
    this.inner.dequeue();
    this.checked = now;
    this.tokens = tokens;
    this.peakTokens = peakTokens;
    return this.sent(skb);
  }

  protected clear(): void {
    this.inner.reset();
    this.checked = this.surroundings.now();
    this.tokens = this.bucket;
    this.peakTokens = this.peakBucket;
  }

  /** tbf_change; the buckets are full then. */
  private fill({ rate, burst, peakRate, mtu, framing }: TbfOptions): void {
    this.rate = new Rate(rate, framing);
    this.peak = peakRate === 0 ? undefined : new Rate(peakRate, framing);
    this.bucket = this.rate.time(burst);
    this.peakBucket = this.peak?.time(mtu) ?? 0;
    this.largest = this.peak === undefined ? burst : Math.min(burst, mtu);
    this.tokens = this.bucket;
    this.peakTokens = this.peakBucket;
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
    ...FRAMING_OPTIONS,
  },
  required: ["rate", "burst"],
  words: {
    rate: { key: "rate", type: "rate" },
    burst: { key: "burst", type: "size and cell" },
    buffer: { key: "burst", type: "size and cell" },
    maxburst: { key: "burst", type: "size and cell" },
    limit: { key: "limit", type: "size", zeroIsAbsent: true },
    latency: { key: "latency", type: "time", zeroIsAbsent: true },
    peakrate: { key: "peakrate", type: "rate" },
    mtu: { key: "mtu", type: "size and cell" },
    minburst: { key: "mtu", type: "size and cell" },
    ...FRAMING_WORDS,
  },
  changeKeeps: [],
  classOptions: {},
  checkWords(values) {
    if (values.latency !== undefined && values.limit !== undefined)
      new Options(values).fail("latency", "`limit` and `latency` say the same in two ways; write one of them.");
  },
  parse(given, classes, handle) {
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
    for (const classid of classes.keys())
      if (classid !== handle + 1)
        new Options({}, classid).fail(
          "classes",
          "A token bucket has one class, the minor number 1 under its own handle.",
        );
    return { rate, burst, peakRate, mtu, limit, framing: readFraming(options) };
  },
  create: (options, surroundings) => new TbfQdisc(options, surroundings),
};

/** What tc(8) makes of a latency. */
function limitOf(latency: number, rate: number, burst: number, peakRate: number, mtu: number): number {
  const limit = (rate * latency) / 1e9 + burst;
  return Math.floor(peakRate === 0 ? limit : Math.min(limit, (peakRate * latency) / 1e9 + mtu));
}
