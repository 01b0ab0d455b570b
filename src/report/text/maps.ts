import type { MapEntryResult, MapResult, RunResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { count, duration, plural } from "../words.ts";

/** Entries of a map that are shown. */
const SHOWN = 16;

/** What each map held at the end, and where steps asked for it. */
export function describeMaps({ maps }: RunResult, paint: Paint): string[] {
  if (maps.length === 0) return [];
  return [paint.bold("Maps"), ...maps.flatMap(describeMap)];
}

function describeMap(map: MapResult): string[] {
  return map.records === undefined && !RINGS.includes(map.type) ? describeElements(map) : describeRing(map);
}

/** Maps that hold nothing but records. */
const RINGS: readonly string[] = ["ringbuf", "user_ringbuf", "perf_event_array"];

function describeRing({ name, type, maxEntries, records }: MapResult): string[] {
  const what = type === "perf_event_array" ? type : `${type} of ${plural(maxEntries, "byte")}`;
  if (records === undefined) return [`  ${name}  ${what}`];
  const lost = records.lost === 0 ? "" : `, ${count(records.lost)} lost`;
  const rows = records.first
    .slice(0, SHOWN)
    .map(({ time, cpu, value, rest, lost: before }) => [
      `  ${duration(time)}`,
      ...(cpu === undefined ? [] : [`cpu ${cpu}`]),
      show(value) +
        (rest === undefined ? "" : ` rest ${rest}`) +
        (before === undefined ? "" : `  (${before} lost before)`),
    ]);
  const more = records.count - rows.length;
  return [
    `  ${name}  ${what}, ${plural(records.count, "record")} read${lost}`,
    ...formatTable(rows),
    ...(more === 0 ? [] : [`    and ${count(more)} more`]),
  ];
}

function describeElements({ name, type, maxEntries, entries, dumps = [] }: MapResult): string[] {
  const what = type === "array" || type === "percpu_array" ? "not zero" : "used";
  const head = `  ${name}  ${type}, ${count(entries.length)} of ${plural(maxEntries, "entry", "entries")} ${what}`;
  if (dumps.length === 0) return [head, ...describeEntries(entries, "  ")];
  const before = dumps.flatMap((dump) => [`    at ${duration(dump.time)}`, ...describeEntries(dump.entries, "    ")]);
  return [head, ...before, "    at the end", ...describeEntries(entries, "    ")];
}

function describeEntries(entries: readonly MapEntryResult[], indent: string): string[] {
  const rows = entries.slice(0, SHOWN).map(({ key, value }) => [`${indent}${show(key)}`, show(value)]);
  const more = entries.length - rows.length;
  return [...formatTable(rows), ...(more === 0 ? [] : [`  ${indent}and ${count(more)} more`])];
}

function show(value: MapEntryResult["value"] | undefined): string {
  if (value === undefined) return "";
  if (typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([field, part]) => `${field} ${show(part)}`)
    .join(" ");
}
