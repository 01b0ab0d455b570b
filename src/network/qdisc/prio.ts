import { majorOf, minorOf } from "../../hooks/tc/verdict.ts";
import type { Skb } from "../../packet/skb.ts";
import { Bands, type Ended } from "./bands.ts";
import { plainQueue } from "./fifo.ts";
import { Options } from "./options.ts";
import type { Qdisc, QdiscKind, QdiscSurroundings } from "./qdisc.ts";

/** Band of each of the 16 priorities (prio2band of net/sched/sch_generic.c). */
export const PRIORITY_BANDS: readonly number[] = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];
const MAX_BANDS = 16;

interface PrioOptions {
  readonly bands: number;
  readonly map: readonly number[];
}

/** Bands that filters or priorities choose (sch_prio.c); band n is the class with the minor number n + 1. */
class PrioQdisc extends Bands {
  private map: readonly number[];

  constructor({ bands, map }: PrioOptions, surroundings: QdiscSurroundings) {
    const { handle } = surroundings;
    super(
      Array.from({ length: bands }, (_, i) => surroundings.child(handle + i + 1) ?? plainQueue(surroundings)),
      surroundings,
    );
    this.map = map;
    this.exhibit();
  }

  change({ bands, map }: PrioOptions): void {
    this.map = map;
    for (const gone of this.bands.splice(bands)) this.purge(gone);
    while (this.bands.length < bands) this.bands.push(plainQueue(this.surroundings));
    this.exhibit();
  }

  graft(classid: number, qdisc: Qdisc | undefined): void {
    const band = minorOf(classid) - 1;
    this.purge(this.bands[band]!);
    this.bands[band] = qdisc ?? plainQueue(this.surroundings);
  }

  /** prio_classify */
  protected bandOf(skb: Skb): number | Ended {
    const { surroundings, map, bands } = this;
    let classid = skb.priority;
    if (majorOf(classid) !== surroundings.handle) {
      const { kind, classid: chosen } = surroundings.classify(skb);
      if (kind === "dropped" || kind === "stolen") return kind;
      if (kind === "none") return map[majorOf(classid) === 0 ? classid & 15 : 0]!;
      classid = chosen;
    }
    const band = minorOf(classid) - 1;
    return band < 0 || band >= bands.length ? map[0]! : band;
  }
}

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
  words: {
    bands: { key: "bands", type: "decimal" },
    priomap: { key: "priomap", type: "decimal", list: PRIORITY_BANDS },
  },
  changeKeeps: [],
  classOptions: {},
  parse(given, classes, handle) {
    const options = new Options(given);
    const bands = options.integer("bands") ?? 3;
    const given16 = options.value("priomap");
    const map: readonly number[] = Array.isArray(given16) ? given16 : PRIORITY_BANDS;
    if (map.some((band) => band >= bands))
      options.fail("priomap", `Of ${bands} bands the last has the number ${bands - 1}.`);
    for (const classid of classes.keys())
      if (majorOf(classid) !== handle || minorOf(classid) < 1 || minorOf(classid) > bands)
        new Options({}, classid).fail(
          "classes",
          `The bands of this qdisc are the classes from 1 to ${bands} under its own handle.`,
        );
    return { bands, map };
  },
  create: (options, surroundings) => new PrioQdisc(options, surroundings),
};
