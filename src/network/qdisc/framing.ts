import type { Grammar } from "../../topology/tc-command/grammar.ts";
import type { Options } from "./options.ts";

/** What a rate counts for a packet beside its own bytes (struct tc_ratespec; tc-stab(8) has the reasons). */
export interface Framing {
  /** Bytes that are added to each packet. */
  readonly overhead: number;
  /** Bytes that a packet counts at least, the overhead among them. */
  readonly mpu: number;
  /** `atm`: what then travels is whole cells of 53 bytes, each with 48 of the packet. */
  readonly linklayer: "ethernet" | "atm";
}

export const PLAIN: Framing = { overhead: 0, mpu: 0, linklayer: "ethernet" };

/** Options of kinds whose rates take it, for their schemas. */
export const FRAMING_OPTIONS = {
  overhead: {
    type: "integer",
    minimum: 0,
    maximum: 0xffff,
    description: "Bytes that the rate counts for each packet beside its own. Default 0.",
  },
  mpu: {
    type: "integer",
    minimum: 0,
    maximum: 0xffff,
    description: "Bytes that the rate counts for a packet at least. Default 0.",
  },
  linklayer: {
    enum: ["ethernet", "atm", "adsl"],
    description:
      "`atm`, or `adsl`: the rate counts whole cells of 53 bytes, each with 48 of the packet. Default ethernet.",
  },
};

/** The same as words of tc. */
export const FRAMING_WORDS: Grammar = {
  overhead: { key: "overhead", type: "integer" },
  mpu: { key: "mpu", type: "integer" },
  linklayer: { key: "linklayer", type: "text" },
};

export function readFraming(options: Options): Framing {
  return {
    overhead: options.integer("overhead") ?? PLAIN.overhead,
    mpu: options.integer("mpu") ?? PLAIN.mpu,
    linklayer: ["atm", "adsl"].includes(String(options.value("linklayer"))) ? "atm" : PLAIN.linklayer,
  };
}
