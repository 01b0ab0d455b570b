import type { RunResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { count } from "../words.ts";

/** What was put on the network. */
export function describeTraffic({ traffic }: RunResult, paint: Paint): string[] {
  if (traffic.length === 0) return [];
  const rows = traffic.map(({ description, sent, answered, refused }) => [
    count(sent),
    [
      description,
      ...(answered === undefined ? [] : [`${count(answered)} answered in full`]),
      ...(refused ?? []).map(({ items }) => `${count(items)} refused (EPERM)`),
    ].join(", "),
  ]);
  return [paint.bold("Traffic"), ...formatTable(rows)];
}
