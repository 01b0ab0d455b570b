import { setCongestionExperienced } from "../../../packet/ecn.ts";
import type { Skb } from "../../../packet/skb.ts";
import { classOf } from "../classes.ts";
import { FifoQdisc } from "../fifo.ts";
import { Options } from "../options.ts";
import type { Qdisc, QdiscClass, QdiscKind, QdiscSurroundings } from "../qdisc.ts";
import { Queue } from "../queue.ts";
import { XMIT, type Xmit } from "../xmit.ts";
import { KEEP, MARK_BY_CHANCE, RedAverage, type RedParameters } from "./average.ts";
import { redParameters } from "./parameters.ts";

/** Nanoseconds between two adaptations. */
const ADAPTS_EVERY = 500e6;
/** Bytes a second that tc takes where nothing is said. */
const DEFAULT_BANDWIDTH = 1_250_000;

export interface RedOptions {
  readonly parameters: RedParameters;
  /** Bytes. */
  readonly limit: number;
  readonly ecn: boolean;
  readonly harddrop: boolean;
  readonly nodrop: boolean;
  readonly adaptive: boolean;
}

/** Random early detection (sch_red.c): the longer the queue was of late, the more packets are dropped or marked. */
class RedQdisc extends Queue {
  readonly classes: readonly QdiscClass[];
  private inner: Qdisc;
  private options: RedOptions;
  private readonly average: RedAverage;
  private readonly statistics = {
    marked: 0,
    early: 0,
    pdrop: 0,
    probDrop: 0,
    probMark: 0,
    forcedDrop: 0,
    forcedMark: 0,
  };
  /** When the probability was last adapted. */
  private adapted: number;

  constructor(options: RedOptions, surroundings: QdiscSurroundings) {
    super(surroundings);
    const classid = surroundings.handle + 1;
    this.options = options;
    this.inner = surroundings.child(classid) ?? new FifoQdisc("bytes", options, surroundings);
    this.classes = [classOf(classid, () => this.inner)];
    this.average = new RedAverage(options.parameters, surroundings.chance);
    this.adapted = surroundings.now();
    this.average.rest(surroundings.now());
  }

  enqueue(skb: Skb): Xmit {
    const { average, options, statistics, counts, surroundings } = this;
    this.adapt();
    average.update(this.inner.backlog, surroundings.now());
    average.wakeUp();
    const decision = average.decide();
    if (decision !== KEEP) {
      const byChance = decision === MARK_BY_CHANCE;
      counts.overlimits++;
      const isMarked =
        options.ecn && (byChance || !options.harddrop) && setCongestionExperienced(surroundings.bytes, skb);
      const mayStay = options.ecn && options.nodrop && (byChance || !options.harddrop);
      if (isMarked) statistics[byChance ? "probMark" : "forcedMark"]++;
      else if (!mayStay) {
        statistics[byChance ? "probDrop" : "forcedDrop"]++;
        this.drop(skb);
        return XMIT.CN;
      }
    }
    const xmit = this.pass(skb, this.inner);
    if (xmit === XMIT.DROP || xmit === XMIT.CN) statistics.pdrop++;
    return xmit;
  }

  change(options: RedOptions): void {
    this.options = options;
    this.purge(this.inner);
    this.inner = new FifoQdisc("bytes", options, this.surroundings);
    this.average.configure(options.parameters);
    this.adapted = this.surroundings.now();
    this.average.rest(this.adapted);
  }

  graft(_: number, qdisc: Qdisc | undefined): void {
    this.purge(this.inner);
    this.inner = qdisc ?? new FifoQdisc("bytes", this.options, this.surroundings);
  }

  /** A packet that is looked at stays inside. */
  override peek(): Skb | undefined {
    return this.inner.peek();
  }

  details(): Record<string, number> {
    const { probMark, forcedMark, probDrop, forcedDrop, pdrop } = this.statistics;
    return { marked: probMark + forcedMark, early: probDrop + forcedDrop, pdrop, other: 0 };
  }

  protected take(): Skb | undefined {
    const skb = this.inner.dequeue();
    if (skb !== undefined) return this.sent(skb);
    if (!this.average.isIdle) this.average.rest(this.surroundings.now());
    return undefined;
  }

  protected clear(): void {
    this.inner.reset();
    this.average.restart();
  }

  /** Catches up with a timer that nobody needs while no packet comes. */
  private adapt(): void {
    if (!this.options.adaptive) return;
    for (const now = this.surroundings.now(); this.adapted + ADAPTS_EVERY <= now; ) {
      this.adapted += ADAPTS_EVERY;
      this.average.adapt(this.adapted);
    }
  }
}

const size = (description: string) => ({ $ref: "#/$defs/size", description });
const flag = (description: string) => ({ type: "boolean", description });

export const red: QdiscKind<RedOptions> = {
  name: "red",
  description: "Random early detection: drops or marks by the average length of the queue.",
  options: {
    limit: size("Bytes that may wait."),
    avpkt: size("Bytes of an average packet."),
    min: size("Average length from which on packets are marked. Default: a third of `max`."),
    max: size("Average length from which on all are. Default: three times `min`, or a quarter of `limit`."),
    burst: {
      type: "integer",
      minimum: 1,
      maximum: 0xffff_ffff,
      description: "Packets of a burst that shall pass. Default (2 min + max) / (3 avpkt).",
    },
    probability: {
      $ref: "#/$defs/fraction",
      description: "Share of packets that are marked just below `max`. Default 0.02.",
    },
    bandwidth: {
      $ref: "#/$defs/rate",
      description: "Of the link, by which the average falls while nothing waits. Default 10mbit.",
    },
    ecn: flag("Marks packets instead of dropping them, where that can be."),
    harddrop: flag("Drops above `max` all the same."),
    nodrop: flag("Keeps packets that cannot be marked."),
    adaptive: flag("Moves the probability so that the average length stays in the middle."),
  },
  words: {
    limit: { key: "limit", type: "size" },
    min: { key: "min", type: "size" },
    max: { key: "max", type: "size" },
    avpkt: { key: "avpkt", type: "size" },
    burst: { key: "burst", type: "integer" },
    probability: { key: "probability", type: "share" },
    bandwidth: { key: "bandwidth", type: "short rate" },
    ecn: { key: "ecn", type: "flag" },
    harddrop: { key: "harddrop", type: "flag" },
    nodrop: { key: "nodrop", type: "flag" },
    adaptive: { key: "adaptive", type: "flag" },
    adaptative: { key: "adaptive", type: "flag" },
  },
  required: ["limit", "avpkt"],
  changeKeeps: [],
  classOptions: {},
  parse(given, classes, handle) {
    const options = new Options(given);
    const limit = options.need("limit", options.size("limit"));
    const averagePacket = options.need("avpkt", options.size("avpkt"));
    if (limit === 0) options.fail("limit", "The limit is above 0.");
    if (averagePacket === 0) options.fail("avpkt", "An average packet has more than 0 bytes.");
    const givenMin = options.size("min") ?? 0;
    const max = (options.size("max") || (givenMin > 0 ? 3 * givenMin : Math.floor(limit / 4))) >>> 0;
    const min = givenMin || Math.floor(max / 3);
    const probability = options.fraction("probability") ?? 0.02;
    if (probability === 0) options.fail("probability", "The probability is above 0.");
    const parameters = redParameters({
      min,
      max,
      averagePacket,
      burst: options.integer("burst") ?? Math.floor((2 * min + max) / (3 * averagePacket)),
      bandwidth: options.rate("bandwidth") || DEFAULT_BANDWIDTH,
      probability,
    });
    if ("problem" in parameters) return options.fail(parameters.key, parameters.problem);
    const ecn = options.flag("ecn") ?? false;
    const nodrop = options.flag("nodrop") ?? false;
    if (nodrop && !ecn) options.fail("nodrop", "`nodrop` means something only with `ecn`.");
    for (const classid of classes.keys())
      if (classid !== handle + 1)
        new Options({}, classid).fail("classes", "This qdisc has one class, the minor number 1 under its own handle.");
    return {
      parameters,
      limit,
      ecn,
      nodrop,
      harddrop: options.flag("harddrop") ?? false,
      adaptive: options.flag("adaptive") ?? false,
    };
  },
  create: (options, surroundings) => new RedQdisc(options, surroundings),
};
