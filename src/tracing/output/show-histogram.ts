import type { LinearScale } from "../language/types.ts";

/** Characters of the longest bar. */
const WIDTH = 52;
const LABEL = 16;
const COUNT = 8;
const SUFFIXES = ["", "K", "M", "G", "T", "P", "E"];

/** Rows of a histogram of powers of two as bpftrace draws it. @param counts by row: below 0, 0, then from 2^(row - 2) on. */
export function powerHistogram(counts: ReadonlyMap<number, bigint>, divisor = 1n): string {
  return bars(counts, powerLabel, divisor);
}

/** What a row of a histogram of powers of two counts. */
export function powerLabel(row: number): string {
  if (row === 0) return "(..., 0)";
  if (row === 1) return "[0]";
  if (row === 2) return "[1]";
  return `[${short(row - 2)}, ${short(row - 1)})`;
}

/** The same with equal steps. */
export function linearHistogram(counts: ReadonlyMap<number, bigint>, scale: LinearScale): string {
  return bars(counts, (row) => linearLabel(row, scale), 1n);
}

/** What a row of a histogram with equal steps counts. */
export function linearLabel(row: number, { from, to, step }: LinearScale): string {
  const last = Math.floor((to - from) / step) + 1;
  if (row === 0) return `(..., ${linear(from)})`;
  if (row === last) return `[${linear(to)}, ...)`;
  const low = from + (row - 1) * step;
  return `[${linear(low)}, ${linear(low + step)})`;
}

/** @param divisor of the counts, not of the bars. */
function bars(counts: ReadonlyMap<number, bigint>, label: (row: number) => string, divisor: bigint): string {
  const rows = [...counts.keys()].filter((row) => counts.get(row) !== 0n).sort((a, b) => a - b);
  if (rows.length === 0) return "";
  const most = [...counts.values()].reduce((high, count) => (count > high ? count : high), 0n);
  const lines: string[] = [];
  for (let row = rows[0]!; row <= rows.at(-1)!; row++) {
    const count = counts.get(row) ?? 0n;
    const length = most === 0n ? 0 : Number((count * BigInt(WIDTH)) / most);
    lines.push(
      `${label(row).padEnd(LABEL)}${String(count / divisor).padStart(COUNT)} |${"@".repeat(length).padEnd(WIDTH)}|\n`,
    );
  }
  return lines.join("");
}

/** 2 to a power, with the suffix that 2 to the tens have. */
function short(power: number): string {
  const step = Math.floor(power / 10);
  return `${2 ** (power % 10)}${SUFFIXES[step]}`;
}

/** A number with the largest suffix of 1024s that divides it. */
function linear(value: number): string {
  let [rest, step] = [value, 0];
  while (rest !== 0 && rest % 1024 === 0 && step < SUFFIXES.length - 1) {
    rest /= 1024;
    step++;
  }
  return `${rest}${SUFFIXES[step]}`;
}
