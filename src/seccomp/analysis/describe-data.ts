import { argumentWord } from "../../hooks/seccomp/seccomp-data.ts";
import type { DataSet } from "./symbolic.ts";
import { WordSet } from "./word-set.ts";

/** What is known of the arguments, as one reads it: `a0 == 5, a1 & 0x3 != 0`; empty where nothing is. */
export function describeArguments(data: DataSet, littleEndian: boolean): string {
  const parts: string[] = [];
  for (let argument = 0; argument < 6; argument++) {
    const low = data.get(argumentWord(argument, "low", littleEndian)) ?? WordSet.everything;
    const high = data.get(argumentWord(argument, "high", littleEndian)) ?? WordSet.everything;
    const name = `a${argument}`;
    if (high.single !== undefined && low.single !== undefined)
      parts.push(`${name} == ${number((BigInt(high.single) << 32n) | BigInt(low.single))}`);
    else if (high.single === 0)
      parts.push(...(low.intervals.at(-1)![1] < 0xffff_ffff ? [] : [`${name} < 2^32`]), ...describeWord(low, name));
    else
      parts.push(...describeWord(high, `${name}.high`), ...describeWord(low, high.isEverything ? name : `${name}.low`));
  }
  const pointer = data.has(2) || data.has(3) ? ["the address of the call"] : [];
  return [...parts, ...pointer].join(", ");
}

/** The values of arguments that a call of the set can have. */
export function witnessArguments(data: DataSet, littleEndian: boolean): bigint[] {
  return Array.from({ length: 6 }, (_, argument) => {
    const [high, low] = (["high", "low"] as const).map((half) =>
      BigInt((data.get(argumentWord(argument, half, littleEndian)) ?? WordSet.everything).witness() ?? 0),
    );
    return (high! << 32n) | low!;
  });
}

/** Most intervals that are listed one by one. */
const MOST = 4;

/** What a word can be; nothing where it can be anything. */
export function describeWord({ intervals, known, excluded }: WordSet, name: string): string[] {
  const parts: string[] = [];
  const [first] = intervals;
  const last = intervals.at(-1)!;
  const isWhole = first![0] === 0 && last[1] === 0xffff_ffff;
  const holes = intervals.slice(1).map(([from], i) => [intervals[i]![1] + 1, from - 1] as const);
  if (isWhole && holes.length > 0 && holes.every(([from, to]) => from === to) && holes.length <= MOST)
    parts.push(...holes.map(([hole]) => `${name} != ${number(BigInt(hole))}`));
  else if (!isWhole || intervals.length > 1) parts.push(intervalText(intervals, name));
  if (known.mask !== 0) parts.push(`${name} & ${hex(known.mask)} == ${hex(known.value)}`);
  for (const { mask, value } of excluded) parts.push(`${name} & ${hex(mask)} != ${hex(value)}`);
  return parts;
}

function intervalText(intervals: readonly (readonly [number, number])[], name: string): string {
  const texts = intervals.slice(0, MOST).map(([from, to]) => {
    if (from === to) return `${name} == ${number(BigInt(from))}`;
    if (from === 0) return `${name} <= ${number(BigInt(to))}`;
    if (to === 0xffff_ffff) return `${name} >= ${number(BigInt(from))}`;
    return `${number(BigInt(from))} <= ${name} <= ${number(BigInt(to))}`;
  });
  if (intervals.length > MOST) texts.push(`${intervals.length - MOST} more`);
  return texts.join(" or ");
}

function number(value: bigint): string {
  return value < 256n ? `${value}` : `0x${value.toString(16)}`;
}

function hex(value: number): string {
  return value === 0 ? "0" : `0x${value.toString(16)}`;
}
