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

function describeMap({ name, type, maxEntries, entries, dumps = [] }: MapResult): string[] {
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
