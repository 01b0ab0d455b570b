import type { HistogramResult } from "../run/result.ts";

/** Characters of the longest bar. */
const WIDTH = 38;
const FROM = 8;
const COUNT = 8;

/**
 * A histogram as the kernel's samples print theirs:
 *
 *          byte_size       : count     distribution
 *            1 -> 1        : 9        |********                              |
 */
export function histogramText({ title, label, rows }: HistogramResult): string[] {
  const most = rows.reduce((high, { count }) => Math.max(high, count), 0);
  const head = `${`     ${label}`.padEnd(2 * FROM + 4)} : count     distribution`;
  const lines = rows.map(({ from, to, count }) => {
    const bar = "*".repeat(most === 0 ? 0 : Math.max(0, Math.min(WIDTH, Math.floor((WIDTH * count) / most)) - 1));
    return `${from.padStart(FROM)} -> ${to.padEnd(FROM)} : ${String(count).padEnd(COUNT)} |${bar.padEnd(WIDTH)}|`;
  });
  return [`           ${title}`, head, ...lines];
}
