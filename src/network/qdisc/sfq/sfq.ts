import { Options } from "../options.ts";
import type { QdiscKind } from "../qdisc.ts";
import type { RedParameters } from "../red/average.ts";
import { redParameters } from "../red/parameters.ts";
import { MAX_DEPTH, type SfqOptions, SfqQdisc } from "./sfq-qdisc.ts";

/** SFQ_DEFAULT_HASH_DIVISOR, SFQ_DEFAULT_FLOWS, SFQ_MAX_FLOWS */
const DEFAULT_DIVISOR = 1024;
const DEFAULT_FLOWS = 128;
const MAX_FLOWS = 0x1_0000 - MAX_DEPTH - 1;

const integer = (minimum: number, maximum: number, description: string) => ({
  type: "integer",
  minimum,
  maximum,
  description,
});
const size = (description: string) => ({ $ref: "#/$defs/size", description });
const flag = (description: string) => ({ type: "boolean", description });

export const sfq: QdiscKind<SfqOptions> = {
  name: "sfq",
  description: "Stochastic fairness: flows, told apart by a hash, take turns.",
  options: {
    limit: integer(2, 0xffff_ffff, "Packets. Default 127."),
    depth: integer(1, 0xffff_ffff, "Packets of one flow, 127 at most. Default 127."),
    flows: integer(1, 0xffff_ffff, "Flows at the same time. Default 128."),
    divisor: integer(1, 65_536, "Size of the hash table, a power of two. Default 1024."),
    quantum: { $ref: "#/$defs/size", description: "Bytes of a flow's turn, 256 to 1 MiB. Default: the largest frame." },
    perturb: {
      $ref: "#/$defs/duration",
      description: "Whole seconds after which the hash changes. Default: it stays.",
    },
    headdrop: flag("Drops a flow's oldest packet, not its newest."),
    redflowlimit: size("Bytes of a flow; with it, flows have random early detection."),
    avpkt: size("Then: bytes of an average packet. Default 1000."),
    min: size("Then: average length from which on packets are marked. Default: a third of `max`."),
    max: size("Then: average length from which on all are. Default: a quarter of `redflowlimit`."),
    burst: integer(1, 0xffff_ffff, "Then: packets of a burst that shall pass."),
    probability: {
      $ref: "#/$defs/fraction",
      description: "Then: share of packets that are marked just below `max`. Default 0.02.",
    },
    ecn: flag("Then: marks packets instead of dropping them, where that can be."),
    harddrop: flag("Then: drops above `max` all the same."),
  },
  filters: true,
  changeKeeps: "refused",
  words: {
    quantum: { key: "quantum", type: "size" },
    perturb: { key: "perturb", type: "seconds" },
    limit: { key: "limit", type: "integer" },
    divisor: { key: "divisor", type: "integer", zeroIsAbsent: true },
    depth: { key: "depth", type: "integer", zeroIsAbsent: true },
    flows: { key: "flows", type: "integer" },
    headdrop: { key: "headdrop", type: "flag" },
    redflowlimit: { key: "redflowlimit", type: "integer" },
    min: { key: "min", type: "integer" },
    max: { key: "max", type: "integer" },
    avpkt: { key: "avpkt", type: "integer" },
    burst: { key: "burst", type: "integer" },
    probability: { key: "probability", type: "share" },
    ecn: { key: "ecn", type: "flag" },
    harddrop: { key: "harddrop", type: "flag" },
  },
  checkWords(values) {
    const red = ["min", "max", "avpkt", "burst", "probability", "ecn", "harddrop"].find((key) => key in values);
    if (red !== undefined && values.redflowlimit === undefined)
      new Options(values).fail(red, `\`${red}\` is about what \`redflowlimit\` begins, and needs it.`);
  },
  parse(values) {
    const options = new Options(values);
    const divisor = options.integer("divisor") ?? DEFAULT_DIVISOR;
    if ((divisor & (divisor - 1)) !== 0) options.fail("divisor", "The divisor is a power of two.");
    const quantum = options.size("quantum");
    if (quantum !== undefined && quantum > 1 << 20) options.fail("quantum", "The quantum is at most 1 MiB.");
    const perturb = options.duration("perturb") ?? 0;
    if (perturb % 1e9 !== 0) options.fail("perturb", "The hash changes after whole seconds.");
    const depth = Math.min(options.integer("depth") ?? MAX_DEPTH, MAX_DEPTH);
    // What is not given stays at its default, however large the divisor (sfq_change).
    let flows = Math.min(options.integer("flows") ?? DEFAULT_FLOWS, MAX_FLOWS);
    if (options.integer("divisor") !== undefined) flows = Math.min(flows, divisor);
    const given = options.integer("limit");
    const limit = given === undefined ? MAX_DEPTH : Math.min(given, depth * flows);
    if (limit === 1) options.fail("limit", "The limit, which is at most `depth` times `flows`, is 2 at least.");
    return {
      limit,
      divisor,
      flows: given === undefined ? flows : Math.min(flows, limit),
      depth,
      quantum: quantum || undefined,
      perturb,
      headdrop: options.flag("headdrop") ?? false,
      ecn: options.flag("ecn") ?? false,
      harddrop: options.flag("harddrop") ?? false,
      red: readRed(options),
    };
  },
  create: (options, surroundings) => new SfqQdisc(options, surroundings),
};

/** As tc(8) has it (tc/q_sfq.c). */
function readRed(options: Options): RedParameters | undefined {
  const limit = options.size("redflowlimit");
  if (limit === undefined || limit === 0) return undefined;
  const givenMin = options.size("min") ?? 0;
  const averagePacket = options.size("avpkt") || 1000;
  const max = options.size("max") || (givenMin > 0 ? 3 * givenMin : Math.floor(limit / 4));
  const min = givenMin || Math.floor(max / 3);
  if (max > limit) options.fail("redflowlimit", "`redflowlimit` is not below `max`.");
  const red = redParameters({
    min,
    max,
    averagePacket,
    burst: options.integer("burst") ?? Math.floor((2 * min + max) / (3 * averagePacket)),
    bandwidth: 1,
    probability: options.fraction("probability") ?? 0.02,
  });
  return "problem" in red ? options.fail(red.key, red.problem) : red;
}
