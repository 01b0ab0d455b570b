import { keyBytes, LEAST, sizeOfType, type TraceMap } from "../language/types.ts";
import { linearHistogram, linearLabel, powerHistogram, powerLabel } from "./show-histogram.ts";
import { KEY_STACK_INDENT, showValue } from "./show-value.ts";
import type { TraceMaps } from "./trace-maps.ts";

/** An entry, or a whole histogram, with the number by which entries are put in order. */
interface Shown {
  readonly key: string;
  /** The key's parts, which order what is alike. */
  readonly parts: readonly (bigint | string)[];
  readonly order: bigint;
  readonly text: string;
  /** A histogram's counts by what its rows are called. */
  readonly plain?: Readonly<Record<string, number>>;
}

/** An entry of a map as results have it. */
export interface TracedEntry {
  /** As it is printed, without its brackets; absent where the map has no keys. */
  readonly key?: string;
  /** A number; text where it is none, or does not fit in one; of histograms counts by what rows are called. */
  readonly value: number | string | Readonly<Record<string, number>>;
}

/** What a map holds, in the order in which it is printed. */
export function mapEntries(map: TraceMap, maps: TraceMaps): TracedEntry[] {
  return sortedEntries(map, maps, 1).map(({ key, text, plain }) => ({
    ...(key !== "" && { key: key.slice(1, -1) }),
    value: plain ?? (/^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text),
  }));
}

/** How much of a map is printed. */
export interface MapView {
  /** The highest entries only; 0: all. */
  readonly top: number;
  readonly divisor: number;
}

/** A map as bpftrace prints it: the smallest values first. */
export function showMap(map: TraceMap, maps: TraceMaps, view: MapView = { top: 0, divisor: 1 }): string {
  const { kind } = map.value;
  const sorted = sortedEntries(map, maps, view.divisor);
  const kept = view.top > 0 && kind !== "stats" ? sorted.slice(-view.top) : sorted;
  const isSpaced = kind === "avg" || kind === "stats";
  const lines = kept.map(({ key, text }) => `${map.name}${key}: ${text}\n`).join("");
  // What is empty leaves a blank line.
  return isSpaced || kept.length === 0 ? `${lines}\n` : lines;
}

function sortedEntries(map: TraceMap, maps: TraceMaps, divisor: number): Shown[] {
  const { kind } = map.value;
  const isHistogram = kind === "hist" || kind === "lhist";
  const entries = isHistogram ? histograms(map, maps, BigInt(divisor)) : single(map, maps, divisor);
  return entries.sort((a, b) => compare(a.order, b.order) || compareKeys(a.parts, b.parts));
}

function single(map: TraceMap, maps: TraceMaps, divisor: number): Shown[] {
  return [...maps.entries(map.kernelName)].map(({ key, value }) => {
    const { order, text } = shownValue(map, value, maps, BigInt(divisor));
    return { key: keyText(map, key, maps), parts: keyParts(map, key, maps), order, text };
  });
}

function shownValue(
  { value: kind }: TraceMap,
  bytes: Uint8Array,
  maps: TraceMaps,
  divisor: bigint,
): Pick<Shown, "order" | "text"> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number, signed: boolean) => (signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true));
  const number = (value: bigint) => ({ order: value, text: String(value) });
  switch (kind.kind) {
    case "value":
      if (kind.type.kind === "int") return number(word(0, kind.type.signed) / divisor);
      return { order: 0n, text: showValue(kind.type, bytes, 0, maps) };
    case "avg":
    case "stats": {
      const count = word(0, false);
      const total = word(8, true);
      const average = count === 0n ? 0n : total / count;
      if (kind.kind === "avg") return number(average / divisor);
      return { order: total, text: `count ${count}, average ${average}, total ${total}` };
    }
    case "min": {
      const lacking = word(0, true);
      return number(lacking === 0n ? 0n : (LEAST - lacking) / divisor);
    }
    case "max":
      return number(word(0, true) / divisor);
    default:
      return number(word(0, kind.kind !== "count" && kind.signed) / divisor);
  }
}

/** A histogram for each key, whose rows are entries of the map. */
function histograms(map: TraceMap, maps: TraceMaps, divisor: bigint): Shown[] {
  const found = new Map<string, { rows: Map<number, bigint>; total: bigint; parts: readonly (bigint | string)[] }>();
  const own = keyBytes(map) - 8;
  for (const { key, value } of maps.entries(map.kernelName)) {
    const row = Number(new DataView(key.buffer, key.byteOffset + own, 8).getBigUint64(0, true));
    const count = new DataView(value.buffer, value.byteOffset, 8).getBigUint64(0, true);
    const name = keyText(map, key, maps);
    const one = found.get(name) ?? {
      rows: new Map<number, bigint>(),
      total: 0n,
      parts: keyParts(map, key, maps),
    };
    one.rows.set(row, count);
    one.total += count;
    found.set(name, one);
  }
  return [...found].map(([key, { rows, total, parts }]) => {
    const label = (row: number) => (map.scale === undefined ? powerLabel(row) : linearLabel(row, map.scale));
    const counts = [...rows].filter(([, count]) => count !== 0n).sort(([a], [b]) => a - b);
    const drawn = map.scale === undefined ? powerHistogram(rows, divisor) : linearHistogram(rows, map.scale);
    const plain = Object.fromEntries(counts.map(([row, count]) => [label(row), Number(count)]));
    return { key, parts, order: total, text: `\n${drawn}`, plain };
  });
}

/** `[1, nginx]`; nothing where the map has no keys. */
function keyText({ keys }: TraceMap, bytes: Uint8Array, maps: TraceMaps): string {
  if (keys.length === 0) return "";
  let at = 0;
  const parts = keys.map((type) => {
    const text = showValue(type, bytes, at, maps, KEY_STACK_INDENT);
    at += sizeOfType(type);
    return text;
  });
  return `[${parts.join(", ")}]`;
}

/** A key's parts as they are compared: numbers by what they are, anything else by how it is shown. */
function keyParts({ keys }: TraceMap, bytes: Uint8Array, maps: TraceMaps): (bigint | string)[] {
  let at = 0;
  return keys.map((type) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
    const part = type.kind === "int" ? view.getBigInt64(0, true) : showValue(type, bytes, at, maps);
    at += sizeOfType(type);
    return part;
  });
}

function compareKeys(a: readonly (bigint | string)[], b: readonly (bigint | string)[]): number {
  for (const [i, part] of a.entries()) {
    const order = compare(part, b[i]!);
    if (order !== 0) return order;
  }
  return 0;
}

const compare = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
