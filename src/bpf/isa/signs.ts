import type { AluOperation, Condition } from "./instruction.ts";

/** Assignment operators of the kernel's syntax. */
export const ASSIGNMENT: Readonly<Record<AluOperation, string>> = {
  add: "+=",
  sub: "-=",
  mul: "*=",
  div: "/=",
  sdiv: "s/=",
  or: "|=",
  and: "&=",
  lsh: "<<=",
  rsh: ">>=",
  arsh: "s>>=",
  mod: "%=",
  smod: "s%=",
  xor: "^=",
  mov: "=",
};

/** Comparisons of the kernel's syntax. */
export const COMPARISON: Readonly<Record<Condition, string>> = {
  eq: "==",
  ne: "!=",
  gt: ">",
  ge: ">=",
  lt: "<",
  le: "<=",
  sgt: "s>",
  sge: "s>=",
  slt: "s<",
  sle: "s<=",
  set: "&",
};

/** What each assignment operator means. */
export const ASSIGNED = inverse(ASSIGNMENT);

/** What each comparison means. */
export const COMPARED = inverse(COMPARISON);

/** Letters that mnemonics of loads and stores end in. */
export const SIZE_LETTERS = { 1: "b", 2: "h", 4: "w", 8: "dw" } as const;

/** `r1`, or `w1` for the lower half. */
export function registerName(bits: 32 | 64, number: number): string {
  return bits === 32 ? `w${number}` : `r${number}`;
}

function inverse<K extends string>(table: Readonly<Record<K, string>>): ReadonlyMap<string, K> {
  return new Map(Object.entries(table).map(([key, sign]) => [sign as string, key as K]));
}
