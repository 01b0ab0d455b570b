import type { JsonSchema } from "../../../json-schema.ts";
import type { Grammar } from "../../../topology/tc-command/grammar.ts";
import type { Options } from "../options.ts";
import { type CodelParameters, codelSpan, NO_THRESHOLD } from "./control.ts";

/** Nanoseconds (codel_params_init). */
const DEFAULT_TARGET = 5e6;
const DEFAULT_INTERVAL = 100e6;

/** What codel and fq_codel have in common. */
export interface CodelOptions {
  /** Nanoseconds; undefined: not said. */
  readonly target: number | undefined;
  readonly interval: number | undefined;
  readonly ceThreshold: number | undefined;
  readonly ecn: boolean;
}

/** @param ecn the default. */
export const codelOptions = (ecn: boolean): Readonly<Record<string, JsonSchema>> => ({
  target: { $ref: "#/$defs/duration", description: "How long packets may wait. Default 5ms." },
  interval: {
    $ref: "#/$defs/duration",
    description: "For how long they may wait longer before the first drop. Default 100ms.",
  },
  ce_threshold: { $ref: "#/$defs/duration", description: "Marks all packets that waited longer. Default: none." },
  ecn: { type: "boolean", description: `Marks packets instead of dropping them, where that can be. Default ${ecn}.` },
});

export const CODEL_WORDS: Grammar = {
  target: { key: "target", type: "time", zeroIsAbsent: true },
  interval: { key: "interval", type: "time", zeroIsAbsent: true },
  ce_threshold: { key: "ce_threshold", type: "time" },
  ecn: { key: "ecn", type: "flag" },
  noecn: { key: "ecn", type: "off" },
};

export function parseCodel(options: Options, ecn: boolean): CodelOptions {
  return {
    target: options.duration("target"),
    interval: options.duration("interval"),
    ceThreshold: options.duration("ce_threshold"),
    ecn: options.flag("ecn") ?? ecn,
  };
}

/** What the kernel makes of them; the defaults are not rounded to microseconds there. */
export function codelParameters({ target, interval, ceThreshold, ecn }: CodelOptions, mtu: number): CodelParameters {
  return {
    target: target === undefined ? DEFAULT_TARGET >> 10 : codelSpan(target),
    interval: interval === undefined ? DEFAULT_INTERVAL >> 10 : codelSpan(interval),
    ceThreshold: ceThreshold === undefined ? NO_THRESHOLD : codelSpan(ceThreshold),
    ecn,
    mtu,
  };
}
