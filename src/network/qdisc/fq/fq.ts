import { Options } from "../options.ts";
import { PRIORITY_BANDS } from "../prio.ts";
import type { QdiscKind } from "../qdisc.ts";
import { BANDS, type FqOptions, FqQdisc } from "./fq-qdisc.ts";

/** fq_init */
const DEFAULTS = {
  limit: 10_000,
  flowLimit: 100,
  refillDelay: 40e6,
  lowRateThreshold: 550_000 / 8,
  orphanMask: 1023,
  buckets: 1024,
  ceThreshold: 0xffff_ffff * 1000,
  horizon: 10e9,
  timerSlack: 10_000,
  weights: [9 << 16, 3 << 16, 1 << 16],
};

const integer = (minimum: number, maximum: number, description: string) => ({
  type: "integer",
  minimum,
  maximum,
  description,
});
const duration = (description: string) => ({ $ref: "#/$defs/duration", description });
const rate = (description: string) => ({ $ref: "#/$defs/rate", description });
const flag = (description: string) => ({ type: "boolean", description });

export const fq: QdiscKind<FqOptions> = {
  name: "fq",
  description: "Flows that take turns, each not faster than its rate and not before its packets' times.",
  options: {
    limit: integer(0, 0xffff_ffff, "Packets of a band. Default 10000."),
    flow_limit: integer(0, 0xffff_ffff, "Packets of a flow. Default 100."),
    quantum: {
      $ref: "#/$defs/size",
      description: "Bytes of a flow's turn, 256 to 1 MiB. Default: two of the largest frames.",
    },
    initial_quantum: { $ref: "#/$defs/size", description: "Bytes of its first turn. Default: ten of them." },
    maxrate: rate("Rate of a flow. Default: no limit."),
    refill_delay: duration("Flows that were quiet for so long begin with a full turn. Default 40ms."),
    low_rate_threshold: rate("Flows of this rate and less wait after each packet. Default 550kbit."),
    pacing: flag("Keeps to rates at all. Default true."),
    orphan_mask: integer(0, 0xffff_ffff, "Bits of the hash that tell flows apart. Default 1023."),
    buckets: integer(2, 262_144, "Kept for tc's sake, a power of two: how Linux finds flows. Default 1024."),
    ce_threshold: duration("Marks packets that left so much later than they might have."),
    horizon: duration("How far ahead a packet's time may be. Default 10s."),
    horizon_drop: flag("Drops packets beyond it; else they are sent then. Default true."),
    timer_slack: duration("By how much the timer may be late, and is. Default 10us."),
    priomap: {
      type: "array",
      items: integer(0, BANDS - 1, "Band."),
      minItems: 16,
      maxItems: 16,
      description: "Band of each of the 16 priorities.",
    },
    weights: {
      type: "array",
      items: integer(16_384, 0x7fff_ffff, "Bytes."),
      minItems: BANDS,
      maxItems: BANDS,
      description: "Bytes of the bands' turns. Default 589824, 196608, 65536.",
      default: [589_824, 196_608, 65_536],
    },
  },
  words: {
    limit: { key: "limit", type: "integer" },
    flow_limit: { key: "flow_limit", type: "integer" },
    buckets: { key: "buckets", type: "integer", means: (buckets) => 2 ** Math.ceil(Math.log2(buckets)) },
    quantum: { key: "quantum", type: "integer", means: (quantum) => Math.max(quantum, 256) },
    initial_quantum: { key: "initial_quantum", type: "integer" },
    maxrate: { key: "maxrate", type: "short rate" },
    defrate: { key: "defrate", type: "short rate", ignored: true },
    low_rate_threshold: { key: "low_rate_threshold", type: "short rate" },
    refill_delay: { key: "refill_delay", type: "time" },
    ce_threshold: { key: "ce_threshold", type: "time" },
    pacing: { key: "pacing", type: "flag" },
    nopacing: { key: "pacing", type: "off" },
    orphan_mask: { key: "orphan_mask", type: "integer" },
    timer_slack: { key: "timer_slack", type: "fine time" },
    horizon: { key: "horizon", type: "time" },
    horizon_drop: { key: "horizon_drop", type: "flag" },
    horizon_cap: { key: "horizon_drop", type: "off" },
    priomap: { key: "priomap", type: "integer", list: PRIORITY_BANDS },
    weights: { key: "weights", type: "integer", list: DEFAULTS.weights },
  },
  checkWords(values) {
    if (Number(values.quantum ?? 0) > 1 << 20) new Options(values).fail("quantum", "The quantum is at most 1 MiB.");
    if (Number.parseInt(String(values.timer_slack ?? 0), 10) > 0xffff_ffff)
      new Options(values).fail("timer_slack", "The timer's slack is below 4.3s.");
  },
  parse(given) {
    const options = new Options(given);
    const buckets = options.integer("buckets") ?? DEFAULTS.buckets;
    if ((buckets & (buckets - 1)) !== 0) options.fail("buckets", "The number of buckets is a power of two.");
    const initialQuantum = options.size("initial_quantum");
    if (initialQuantum !== undefined && initialQuantum > 1 << 20)
      options.fail("initial_quantum", "The first quantum is at most 1 MiB.");
    return {
      limit: options.integer("limit") ?? DEFAULTS.limit,
      flowLimit: options.integer("flow_limit") ?? DEFAULTS.flowLimit,
      quantum: options.size("quantum"),
      initialQuantum,
      maxRate: options.rate("maxrate") ?? Number.POSITIVE_INFINITY,
      refillDelay: options.duration("refill_delay") ?? DEFAULTS.refillDelay,
      lowRateThreshold: options.rate("low_rate_threshold") ?? DEFAULTS.lowRateThreshold,
      pacing: options.flag("pacing") ?? true,
      orphanMask: options.integer("orphan_mask") ?? DEFAULTS.orphanMask,
      buckets,
      ceThreshold: options.duration("ce_threshold") ?? DEFAULTS.ceThreshold,
      horizon: options.duration("horizon") ?? DEFAULTS.horizon,
      horizonDrop: options.flag("horizon_drop") ?? true,
      timerSlack: options.duration("timer_slack") ?? DEFAULTS.timerSlack,
      priomap: options.numbers("priomap") ?? PRIORITY_BANDS,
      weights: options.numbers("weights") ?? DEFAULTS.weights,
    };
  },
  create: (options, surroundings) => new FqQdisc(options, surroundings),
};
