import type { Keyword } from "../../../topology/tc-command/grammar.ts";
import { Options } from "../options.ts";
import type { QdiscKind } from "../qdisc.ts";
import { DISTRIBUTIONS } from "./distributions.ts";
import type { LossModel } from "./loss.ts";
import { type Chance, type NetemOptions, NetemQdisc } from "./netem-qdisc.ts";
import type { SlotOptions } from "./slots.ts";

const fraction = (description: string) => ({ $ref: "#/$defs/fraction", description });
const duration = (description: string) => ({ $ref: "#/$defs/duration", description });
const size = (description: string) => ({ $ref: "#/$defs/size", description });
const integer = (minimum: number, maximum: number, description: string) => ({
  type: "integer",
  minimum,
  maximum,
  description,
});
const fractions = (names: readonly string[], description: string) => ({
  type: "object",
  additionalProperties: false,
  properties: Object.fromEntries(names.map((name) => [name, fraction("Probability.")])),
  description,
});

const STATES = ["p13", "p31", "p32", "p23", "p14"] as const;
const GILBERT = ["p", "r", "1-h", "1-k"] as const;

/** What may follow `loss`. */
const LOSS_MODELS: Readonly<Record<string, Keyword>> = {
  random: { key: "loss", type: "percent", more: [{ key: "loss-correlation", type: "percent" }] },
  state: inTurn("loss-state", ["p13", "p31", "p32", "p23", "p14"]),
  gemodel: inTurn("loss-gemodel", ["p", "r", "1-h", "1-k"]),
};

function inTurn(key: string, names: readonly string[]): Keyword {
  const [first, ...more] = names.map((name) => ({ key: `${key}.${name}`, type: "percent" as const }));
  return { ...first!, more };
}

const LOSS_KEYS = ["loss", "loss-state", "loss-gemodel"];

export const netem: QdiscKind<NetemOptions> = {
  name: "netem",
  description: "A network in little: delay, loss, duplicates, damage, disorder and a rate.",
  options: {
    limit: integer(0, 0xffff_ffff, "Packets that may be on their way. Default 1000."),
    delay: duration("Of each packet."),
    jitter: duration("How much the delay differs."),
    "delay-correlation": fraction("How much a delay depends on the one before."),
    distribution: {
      enum: Object.keys(DISTRIBUTIONS),
      description:
        "Of delays, with the jitter as its deviation. Default: even, between delay - jitter and delay + jitter.",
    },
    loss: fraction("Packets that are lost."),
    "loss-correlation": fraction("How much a loss depends on the one before."),
    "loss-state": fractions(STATES, "Losses by a chain of four states instead; p31 is 1 - p13 by default."),
    "loss-gemodel": fractions(
      GILBERT,
      "Losses by Gilbert's and Elliott's chain instead; r is 1 - p by default, 1-h 1, 1-k 0.",
    ),
    ecn: { type: "boolean", description: "Marks packets instead of losing them, where that can be." },
    duplicate: fraction("Packets that come twice."),
    "duplicate-correlation": fraction("How much a duplicate depends on the one before."),
    corrupt: fraction("Packets with a flipped bit."),
    "corrupt-correlation": fraction("How much one depends on the one before."),
    reorder: fraction("Packets that go at once, past those that wait; needs `delay`."),
    "reorder-correlation": fraction("How much one depends on the one before."),
    gap: integer(0, 0xffff_ffff, "Only each such packet may go at once. Default 1 with `reorder`."),
    rate: { $ref: "#/$defs/rate", description: "At which packets leave." },
    "packet-overhead": { type: "integer", description: "Bytes that a packet has more on the wire, or fewer." },
    "cell-size": integer(0, 0xffff_ffff, "Bytes of the cells that packets are sent in. Default 0: none."),
    "cell-overhead": { type: "integer", description: "Bytes that a cell has more on the wire." },
    slot: {
      type: "object",
      additionalProperties: false,
      properties: {
        min: duration("Least pause between two bursts."),
        max: duration("Longest pause. Default `min`."),
        distribution: {
          enum: Object.keys(DISTRIBUTIONS),
          description: "Of pauses, with `delay` and `jitter` instead of `min` and `max`.",
        },
        delay: duration("Pause that the distribution is about."),
        jitter: duration("Its deviation."),
        packets: integer(0, 0x7fff_ffff, "Most packets of a burst. Default, or 0: as many as there are."),
        bytes: size("Most bytes of a burst. Default, or 0: as many as there are."),
      },
      description: "Packets leave in bursts, with pauses between them.",
    },
    seed: integer(0, Number.MAX_SAFE_INTEGER, "Of what is by chance, as for tc. Default: drawn from the topology's."),
  },
  words: {
    limit: { key: "limit", type: "size" },
    delay: {
      key: "delay",
      type: "ticks",
      more: [
        { key: "jitter", type: "ticks" },
        { key: "delay-correlation", type: "percent" },
      ],
    },
    latency: {
      key: "delay",
      type: "ticks",
      more: [
        { key: "jitter", type: "ticks" },
        { key: "delay-correlation", type: "percent" },
      ],
    },
    distribution: { key: "distribution", type: "text" },
    loss: { key: "loss", type: "percent", more: [{ key: "loss-correlation", type: "percent" }], or: LOSS_MODELS },
    drop: { key: "loss", type: "percent", more: [{ key: "loss-correlation", type: "percent" }], or: LOSS_MODELS },
    ecn: { key: "ecn", type: "flag" },
    duplicate: { key: "duplicate", type: "percent", more: [{ key: "duplicate-correlation", type: "percent" }] },
    corrupt: { key: "corrupt", type: "percent", more: [{ key: "corrupt-correlation", type: "percent" }] },
    reorder: { key: "reorder", type: "percent", more: [{ key: "reorder-correlation", type: "percent" }] },
    gap: { key: "gap", type: "integer" },
    rate: {
      key: "rate",
      type: "rate",
      more: [
        { key: "packet-overhead", type: "integer" },
        { key: "cell-size", type: "integer" },
        { key: "cell-overhead", type: "integer" },
      ],
    },
    slot: {
      key: "slot.min",
      type: "fine time",
      more: [{ key: "slot.max", type: "fine time" }],
      or: {
        distribution: {
          key: "slot.distribution",
          type: "text",
          more: [
            { key: "slot.delay", type: "fine time" },
            { key: "slot.jitter", type: "fine time" },
          ],
        },
      },
    },
    packets: { key: "slot.packets", type: "integer" },
    bytes: { key: "slot.bytes", type: "size" },
    seed: { key: "seed", type: "integer" },
  },
  // What the command does not name of these has an attribute of its own, which the kernel then leaves as it is (netem_change).
  changeKeeps: [
    "delay-correlation",
    "loss-correlation",
    "duplicate-correlation",
    "reorder",
    "reorder-correlation",
    "corrupt",
    "corrupt-correlation",
    "rate",
    "packet-overhead",
    "cell-size",
    "cell-overhead",
    "slot",
    "ecn",
    "distribution",
    "seed",
  ],
  classOptions: {},
  // tc sends the correlations of delay, loss and duplication together, and does not notice that of duplication alone.
  completeWords: ({ "duplicate-correlation": correlation, ...values }) => ({
    ...values,
    ...(correlation !== undefined &&
      ("delay-correlation" in values || "loss-correlation" in values) && { "duplicate-correlation": correlation }),
  }),
  checkWords(values) {
    const options = new Options(values);
    if (values.ecn === true && !LOSS_KEYS.some((key) => key in values))
      options.fail("ecn", "`ecn` marks what would be lost, and needs `loss`.");
    if (values.gap !== undefined && values.gap !== 0 && values.reorder === undefined)
      options.fail("gap", "`gap` says which packets are reordered, and needs `reorder`.");
    const { min, max } = (values.slot ?? {}) as { min?: string; max?: string };
    if (max !== undefined && Number.parseInt(max, 10) < Number.parseInt(min!, 10))
      options.fail("slot", "The longest slot is not shorter than the shortest.");
  },
  parse(given, classes, handle) {
    const options = new Options(given);
    const chance = (name: string): Chance => ({
      probability: share(options, name),
      correlation: share(options, `${name}-correlation`),
    });
    const delay = options.duration("delay") ?? 0;
    const jitter = Math.min(options.duration("jitter") ?? 0, 0x7fff_ffff);
    const distribution = options.read("distribution", (text) => text);
    const reorder = chance("reorder");
    let gap = options.integer("gap") ?? 0;
    if (distribution !== undefined && jitter === 0)
      options.fail("distribution", "A distribution needs `delay` and `jitter`.");
    if (reorder.probability > 0 && delay === 0)
      options.fail("reorder", "Packets can only go before others with a `delay`.");
    if (reorder.probability > 0 && gap === 0) gap = 1;
    for (const classid of classes.keys())
      if (classid !== handle + 1)
        new Options({}, classid).fail("classes", "This qdisc has one class, the minor number 1 under its own handle.");
    const seed = options.integer("seed");
    return {
      limit: options.integer("limit") ?? 1000,
      delay,
      jitter,
      delayCorrelation: share(options, "delay-correlation"),
      distribution,
      loss: readLoss(options),
      lossCorrelation: share(options, "loss-correlation"),
      ecn: options.flag("ecn") ?? false,
      duplicate: chance("duplicate"),
      corrupt: chance("corrupt"),
      // A gap without a probability stands for certainty.
      reorder: gap > 0 && reorder.probability === 0 ? { ...reorder, probability: 0xffff_ffff } : reorder,
      gap,
      rate: options.rate("rate") ?? 0,
      packetOverhead: options.integer("packet-overhead") ?? 0,
      cellSize: options.integer("cell-size") ?? 0,
      cellOverhead: options.integer("cell-overhead") ?? 0,
      slot: readSlot(options),
      seed: seed === undefined ? undefined : BigInt(seed),
    };
  },
  create: (options, surroundings) => new NetemQdisc(options, surroundings),
};

/** 32 bits, as tc makes them out of a percentage. */
const share = (options: Options, key: string): number => of32Bits(options.fraction(key) ?? 0);
const of32Bits = (value: number): number => Math.round(value * 0xffff_ffff);

/** Of what is not limited (get_slot). */
const UNLIMITED = 0x7fff_ffff;

/** The bursts; undefined: there is nothing said of pauses (get_slot). */
function readSlot(options: Options): SlotOptions | undefined {
  const given = options.value("slot");
  if (given === undefined || given === null || typeof given !== "object") return undefined;
  const part = new Options(given as Record<string, unknown>);
  const fail = (message: string) => options.fail("slot", message);
  const distribution = part.read("distribution", (text) => text);
  const [delay, jitter] = [part.duration("delay") ?? 0, Math.min(part.duration("jitter") ?? 0, UNLIMITED)];
  const min = part.duration("min") ?? 0;
  const max = Math.max(min, part.duration("max") ?? 0);
  if (distribution !== undefined && !Object.hasOwn(DISTRIBUTIONS, distribution))
    fail(`'${distribution}' is no distribution; there are ${Object.keys(DISTRIBUTIONS).join(", ")}.`);
  if (distribution !== undefined && jitter === 0) fail("A distribution of pauses needs `delay` and `jitter`.");
  if (distribution === undefined && delay + jitter > 0) fail("`delay` and `jitter` of pauses need a `distribution`.");
  if (distribution !== undefined && max > 0) fail("Pauses are between `min` and `max`, or have a `distribution`.");
  if (distribution === undefined && max === 0) fail("Bursts need pauses between them: `min`, or a `distribution`.");
  const packets = part.integer("packets") || UNLIMITED;
  const bytes = Math.min(part.size("bytes") || UNLIMITED, UNLIMITED);
  return { min, max, distribution, delay, jitter, packets, bytes };
}

/** The one loss model that is given (tc/q_netem.c has the defaults). */
function readLoss(options: Options): LossModel {
  const keys = ["loss", "loss-state", "loss-gemodel"].filter((key) => options.value(key) !== undefined);
  if (keys.length > 1) options.fail(keys[1]!, "Packets are lost by one model.");
  const part = new Options((options.value(keys[0] ?? "loss") ?? {}) as Record<string, unknown>);
  if (keys[0] === "loss-state") {
    const p13 = part.fraction("p13") ?? 0;
    const [p31, p32, p23, p14] = [
      part.fraction("p31") ?? 1 - p13,
      part.fraction("p32") ?? 0,
      part.fraction("p23") ?? 1,
      part.fraction("p14") ?? 0,
    ];
    return {
      kind: "state",
      p13: of32Bits(p13),
      p31: of32Bits(p31),
      p32: of32Bits(p32),
      p23: of32Bits(p23),
      p14: of32Bits(p14),
    };
  }
  if (keys[0] === "loss-gemodel") {
    const p = part.fraction("p") ?? 0;
    return {
      kind: "gemodel",
      p: of32Bits(p),
      r: of32Bits(part.fraction("r") ?? 1 - p),
      h: of32Bits(1 - (part.fraction("1-h") ?? 1)),
      k1: of32Bits(part.fraction("1-k") ?? 0),
    };
  }
  return { kind: "random", probability: share(options, "loss") };
}
