import type { RunResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { count } from "../words.ts";

/** What was put on the network. */
export function describeTraffic({ traffic }: RunResult, paint: Paint): string[] {
  if (traffic.length === 0) return [];
  const rows = traffic.map(({ description, sent, answered }) => [
    count(sent),
    answered === undefined ? description : `${description}, ${count(answered)} answered in full`,
  ]);
  return [paint.bold("Traffic"), ...formatTable(rows)];
}
