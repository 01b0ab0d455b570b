import { CODEL_WORDS, codelOptions, parseCodel } from "../codel/options.ts";
import { Options } from "../options.ts";
import type { QdiscKind } from "../qdisc.ts";
import { type FqCodelOptions, FqCodelQdisc } from "./fq-codel-qdisc.ts";

/** fq_codel_init */
const DEFAULTS = { limit: 10_240, flows: 1024, memoryLimit: 32 << 20, dropBatch: 64 };

export const fqCodel: QdiscKind<FqCodelOptions> = {
  name: "fq_codel",
  description: "Flows that take turns, each with controlled delay.",
  options: {
    limit: { type: "integer", minimum: 0, maximum: 0xffff_ffff, description: "Packets. Default 10240." },
    flows: {
      type: "integer",
      minimum: 1,
      maximum: 65_536,
      description: "Flows, which are the minor numbers from 1 on that filters give. Default 1024.",
    },
    ...codelOptions(true),
    quantum: {
      type: "integer",
      minimum: 1,
      maximum: 1 << 20,
      description: "Bytes of a flow's turn, at least 256. Default: the largest frame.",
    },
    memory_limit: { $ref: "#/$defs/size", description: "Memory of the packets that wait. Default 32 MiB." },
    drop_batch: {
      type: "integer",
      minimum: 0,
      maximum: 0xffff_ffff,
      description: "Packets of the longest flow that are dropped at once where there is no room. Default 64.",
    },
  },
  filters: true,
  fixed: ["flows"],
  words: {
    limit: { key: "limit", type: "integer", zeroIsAbsent: true },
    flows: { key: "flows", type: "integer", zeroIsAbsent: true },
    quantum: { key: "quantum", type: "integer", zeroIsAbsent: true },
    memory_limit: { key: "memory_limit", type: "size" },
    drop_batch: { key: "drop_batch", type: "integer", zeroIsAbsent: true },
    ...CODEL_WORDS,
  },
  parse(given) {
    const options = new Options(given);
    return {
      limit: options.integer("limit") ?? DEFAULTS.limit,
      flows: options.integer("flows") ?? DEFAULTS.flows,
      quantum: options.integer("quantum"),
      memoryLimit: Math.min(2 ** 31, options.size("memory_limit") ?? DEFAULTS.memoryLimit),
      dropBatch: Math.max(1, options.integer("drop_batch") ?? DEFAULTS.dropBatch),
      ...parseCodel(options, true),
    };
  },
  create: (options, surroundings) => new FqCodelQdisc(options, surroundings),
};
