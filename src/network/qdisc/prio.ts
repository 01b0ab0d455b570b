import { majorOf, minorOf } from "../../hooks/tc/verdict.ts";
import type { Skb } from "../../packet/skb.ts";
import { noCounts } from "./counts.ts";
import { FifoQdisc } from "./fifo.ts";
import { Options } from "./options.ts";
import type { Qdisc, QdiscClass, QdiscKind, QdiscSurroundings } from "./qdisc.ts";

/** Band of each of the 16 priorities (prio2band of net/sched/sch_generic.c). */
const DEFAULT_MAP: readonly number[] = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];
const MAX_BANDS = 16;

/** Bands that are served strictly in their order. */
class BandsQdisc implements Qdisc {
  readonly counts = noCounts();
  readonly classes: readonly QdiscClass[];
  private readonly bands: readonly Qdisc[];
  private readonly bandOf: (skb: Skb) => number;

  /** @param bandOf number of a packet's band; negative: the packet has ended. */
  constructor(bands: readonly Qdisc[], bandOf: (skb: Skb) => number, classes?: (band: Qdisc, i: number) => QdiscClass) {
    this.bands = bands;
    this.bandOf = bandOf;
    this.classes = classes === undefined ? [] : bands.map(classes);
  }

  get length(): number {
    return this.bands.reduce((sum, band) => sum + band.length, 0);
  }

  get backlog(): number {
    return this.bands.reduce((sum, band) => sum + band.backlog, 0);
  }

  enqueue(skb: Skb): void {
    const band = this.bands[this.bandOf(skb)];
    if (band === undefined) {
      this.counts.dropped++;
      return;
    }
    const before = band.counts.dropped;
    band.enqueue(skb);
    this.counts.dropped += band.counts.dropped - before;
  }

  dequeue(): Skb | undefined {
    for (const band of this.bands) {
      if (band.length === 0) continue;
      const skb = band.dequeue();
      if (skb === undefined) continue;
      this.counts.packets++;
      this.counts.bytes += skb.length;
      return skb;
    }
    return undefined;
  }

  nextTime(): number {
    return Math.min(...this.bands.map((band) => band.nextTime()));
  }
}

/** Three bands by the packet's priority, each as long as the device's queue (pfifo_fast of sch_generic.c). */
export const pfifoFast: QdiscKind<undefined> = {
  name: "pfifo_fast",
  description: "Three bands by priority, each first in, first out.",
  options: {},
  parse: () => undefined,
  create(_, surroundings) {
    const bands = [0, 1, 2].map(() => new FifoQdisc({ packets: surroundings.queueLength }, surroundings));
    return new BandsQdisc(bands, (skb) => DEFAULT_MAP[skb.priority & 15]!);
  },
};

interface PrioOptions {
  readonly bands: number;
  readonly map: readonly number[];
}

/** Bands that filters or priorities choose (sch_prio.c); band n is the class with the minor number n + 1. */
export const prio: QdiscKind<PrioOptions> = {
  name: "prio",
  description: "Bands that filters or priorities choose, served in their order.",
  options: {
    bands: {
      type: "integer",
      minimum: 2,
      maximum: MAX_BANDS,
      description: "Number of bands, which are classes from :1 on. Default 3.",
    },
    priomap: {
      type: "array",
      items: { type: "integer", minimum: 0, maximum: MAX_BANDS - 1 },
      minItems: 16,
      maxItems: 16,
      description: "Band of each of the 16 priorities, for packets that no filter matches.",
    },
  },
  classOptions: {},
  parse(given, classes, handle) {
    const options = new Options(given);
    const bands = options.integer("bands") ?? 3;
    const given16 = options.value("priomap");
    const map: readonly number[] = Array.isArray(given16) ? given16 : DEFAULT_MAP;
    if (map.some((band) => band >= bands))
      options.fail("priomap", `Of ${bands} bands the last has the number ${bands - 1}.`);
    for (const classid of classes.keys())
      if (majorOf(classid) !== handle || minorOf(classid) < 1 || minorOf(classid) > bands)
        options.fail("classes", `A class of these ${bands} bands is ${bands} at most, under the qdisc's own handle.`);
    return { bands, map };
  },
  create({ bands, map }, surroundings) {
    const { handle } = surroundings;
    const queues = Array.from(
      { length: bands },
      (_, i) =>
        surroundings.child(handle + i + 1) ?? new FifoQdisc({ packets: surroundings.queueLength }, surroundings),
    );
    return new BandsQdisc(
      queues,
      (skb) => bandOf(skb, bands, map, surroundings),
      (band, i) => ({
        classid: handle + i + 1,
        counts: band.counts,
        get length() {
          return band.length;
        },
        get backlog() {
          return band.backlog;
        },
      }),
    );
  },
};

/** prio_classify */
function bandOf(skb: Skb, bands: number, map: readonly number[], { handle, classify }: QdiscSurroundings): number {
  let classid = skb.priority;
  if (majorOf(classid) !== handle) {
    const { kind, classid: chosen } = classify(skb);
    if (kind === "ended") return -1;
    if (kind === "none") return map[majorOf(classid) === 0 ? classid & 15 : 0]!;
    classid = chosen;
  }
  const band = minorOf(classid) - 1;
  return band < 0 || band >= bands ? map[0]! : band;
}
