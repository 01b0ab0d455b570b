import { splitKeyValues } from "../text/key-values.ts";
import { wideUnsigned } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";

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

/** The highest number that meters have (OFPM13_MAX); above it are those that switches have of their own. */
const MAX_METER = 0xffff_0000;

const UNITS = ["kbps", "pktps"] as const;
const OWN = ["controller", "slowpath", "all"];

/** Reads a line of ovs-ofctl's meter syntax: `meter=1,kbps,burst,bands=type=drop,rate=100,burst_size=10`. */
export function parseMeter(line: string): Meter {
  const found = /(?:^|[\s,])bands?=/.exec(line);
  const whole = { text: line, at: 0 };
  if (found === null) throw new FlowSyntaxError("must specify bands", whole, "bands=type=drop,rate=N is expected.");
  let id: number | undefined;
  const words = { kbps: false, pktps: false, burst: false, stats: false };
  for (const { key, value, whole: item } of splitKeyValues({ text: line.slice(0, found.index), at: 0 })) {
    if (key.text in words) {
      if (value.text !== "") throw new FlowSyntaxError(`${key.text} has no value`, item);
      words[key.text as keyof typeof words] = true;
    } else if (key.text === "meter") id = parseId(value);
    else if (value.text === "") throw new FlowSyntaxError(`field ${key.text} missing value`, item, HEAD);
    else throw new FlowSyntaxError(`unknown keyword ${key.text}`, item, HEAD);
  }
  if (id === undefined) throw new FlowSyntaxError("must specify 'meter'", whole);
  const units = UNITS.filter((unit) => words[unit]);
  if (units.length === 0) throw new FlowSyntaxError("meter must specify either 'kbps' or 'pktps'", whole);
  if (units.length > 1) throw new FlowSyntaxError("kbps and pktps exclude each other (OFPMMFC_BAD_FLAGS)", whole);
  const from = found.index + found[0].length;
  const bands = parseBands({ text: line.slice(from), at: from }, words.burst);
  if (bands.length === 0) throw new FlowSyntaxError("meter must have bands", whole);
  return { id, unit: units[0]!, hasBurst: words.burst, hasStats: words.stats, bands };
}

const HEAD = "meter=, kbps, pktps, burst or stats is expected.";

function parseId(value: Piece): number {
  if (OWN.includes(value.text))
    throw new FlowSyntaxError(`meter ${value.text} is not there`, value, "Meters that have a number are.");
  const id = Number(wideUnsigned(value, 32));
  if (id === 0 || id > MAX_METER) throw new FlowSyntaxError("invalid value for meter", value);
  return id;
}

function parseBands(list: Piece, hasBurst: boolean): MeterBand[] {
  const bands: { rate: number; burst: number }[] = [];
  for (const { key, value, whole } of splitKeyValues(list)) {
    const band = bands.at(-1);
    if (key.text === "type") {
      if (value.text === "dscp_remark")
        throw new FlowSyntaxError("bands that remark are not there (OFPMMFC_BAD_BAND)", value, "drop is expected.");
      if (value.text !== "drop")
        throw new FlowSyntaxError(`field type unknown value ${value.text}`, value, "drop is expected.");
      bands.push({ rate: 0, burst: 0 });
    } else if (band === undefined) throw new FlowSyntaxError("band must start with the 'type' keyword", whole);
    else if (key.text === "rate") band.rate = Number(wideUnsigned(value, 32));
    else if (key.text === "burst_size") {
      if (!hasBurst) throw new FlowSyntaxError("band may have 'burst_size' only when 'burst' flag is set", whole);
      band.burst = Number(wideUnsigned(value, 32));
    } else if (key.text === "prec_level")
      throw new FlowSyntaxError("Only 'dscp_remark' band may have 'prec_level'", whole);
    else throw new FlowSyntaxError(`unknown keyword ${key.text}`, whole, "rate= or burst_size= is expected.");
  }
  if (bands.some(({ rate }) => rate === 0)) throw new FlowSyntaxError("band must have 'rate'", list);
  if (hasBurst && bands.some(({ burst }) => burst === 0))
    throw new FlowSyntaxError("band must have 'burst_size' when 'burst' flag is set", list);
  return bands;
}

/** A line of `ovs-ofctl dump-meters`. */
export function formatMeter({ id, unit, hasBurst, hasStats, bands }: Meter): string {
  const flags = [unit, hasBurst ? "burst" : "", hasStats ? "stats" : ""].filter((flag) => flag !== "").join(" ");
  const lines = bands.map(({ rate, burst }) => `type=drop rate=${rate}${burst === 0 ? "" : ` burst_size=${burst}`}`);
  return `meter=${id} ${flags} bands=\n${lines.join("\n")}`;
}
