import { splitKeyValues } from "../text/key-values.ts";
import { unsigned, wideUnsigned } from "../text/number.ts";
import { FlowSyntaxError } from "../text/syntax-error.ts";

/** A limit on a rate: packets above it are dropped. */
export interface MeterBand {
  /** Kilobits or packets a second. */
  readonly rate: number;
  /** Kilobits or packets that may come at once; 0: as the switch likes. */
  readonly burst: number;
}

export interface Meter {
  readonly id: number;
  readonly unit: "kbps" | "pktps";
  readonly hasBurst: boolean;
  readonly hasStats: boolean;
  readonly bands: readonly MeterBand[];
}

/** Reads a line of ovs-ofctl's meter syntax: `meter=1,kbps,burst,bands=type=drop,rate=100,burst_size=10`. */
export function parseMeter(line: string): Meter {
  const found = /(?:^|[\s,])bands?=/.exec(line);
  const whole = { text: line, at: 0 };
  if (found === null) throw new FlowSyntaxError("must specify bands", whole, "bands=type=drop,rate=N is expected.");
  const from = found.index + found[0].length;
  let id: number | undefined;
  const meter = { unit: "kbps" as Meter["unit"], hasBurst: false, hasStats: false };
  for (const { key, value, whole: item } of splitKeyValues({ text: line.slice(0, found.index), at: 0 })) {
    if (key.text === "meter") id = Number(wideUnsigned(value, 32));
    else if (key.text === "kbps" || key.text === "pktps") meter.unit = key.text;
    else if (key.text === "burst") meter.hasBurst = true;
    else if (key.text === "stats") meter.hasStats = true;
    else
      throw new FlowSyntaxError(
        `unknown keyword ${key.text}`,
        item,
        "meter=, kbps, pktps, burst or stats is expected.",
      );
  }
  if (id === undefined) throw new FlowSyntaxError("must specify a meter", whole);
  const bands: { rate: number; burst: number }[] = [];
  for (const { key, value, whole: item } of splitKeyValues({ text: line.slice(from), at: from })) {
    const band = bands.at(-1);
    if (key.text === "type") {
      if (value.text !== "drop")
        throw new FlowSyntaxError(`field type unknown value ${value.text}`, value, "drop is expected.");
      bands.push({ rate: 0, burst: 0 });
    } else if (band === undefined) throw new FlowSyntaxError("type must start each band", item);
    else if (key.text === "rate") band.rate = unsigned(value, "rate", 32);
    else if (key.text === "burst_size") band.burst = unsigned(value, "burst_size", 32);
    else throw new FlowSyntaxError(`unknown keyword ${key.text}`, item, "rate= or burst_size= is expected.");
  }
  if (bands.some(({ rate }) => rate === 0)) throw new FlowSyntaxError("band must have a rate", whole);
  return { id, ...meter, bands };
}

/** A line of `ovs-ofctl dump-meters`. */
export function formatMeter({ id, unit, hasBurst, hasStats, bands }: Meter): string {
  const flags = [unit, hasBurst ? "burst" : "", hasStats ? "stats" : ""].filter((flag) => flag !== "").join(" ");
  const lines = bands.map(({ rate, burst }) => `type=drop rate=${rate}${burst === 0 ? "" : ` burst_size=${burst}`}`);
  return `meter=${id} ${flags} bands=\n${lines.join("\n")}`;
}
