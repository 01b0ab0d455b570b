import { formatTable } from "../src/report/table.ts";

/** What one bench found. Ratios are netsim's time over the other's, in one run: below 1 netsim is faster. */
export interface BenchResult {
  readonly bench: string;
  readonly ratios: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, number | string>>;
}

/** Prints a table for people and, as the last line, the result as one JSON object. */
export function printResult(result: BenchResult): void {
  const rows = [...Object.entries(result.figures), ...Object.entries(result.ratios)].map(([name, value]) => [
    name,
    typeof value === "number" ? String(Number(value.toPrecision(4))) : value,
  ]);
  process.stdout.write(`${formatTable(rows).join("\n")}\n${JSON.stringify(result)}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
