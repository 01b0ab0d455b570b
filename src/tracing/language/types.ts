/** What a value of the language is, and how it lies in memory. */
export type TraceType =
  | { readonly kind: "int"; readonly signed: boolean }
  | { readonly kind: "string"; readonly size: number }
  /** A number of a call stack. */
  | { readonly kind: "stack" }
  /** An address of code, which is shown by its name. */
  | { readonly kind: "symbol" }
  /** An Internet address: 8 bytes that tell its length, then 16. */
  | { readonly kind: "address" };

export const INT: TraceType = { kind: "int", signed: true };
export const UNSIGNED: TraceType = { kind: "int", signed: false };
/** Bytes of a text that somebody points at. */
export const TEXT_BYTES = 64;
const ADDRESS_BYTES = 24;

/** Bytes of a value, a multiple of 8. */
export function sizeOfType(type: TraceType): number {
  if (type.kind === "string") return type.size;
  return type.kind === "address" ? ADDRESS_BYTES : 8;
}

/** Room for a text and its zero. */
export const roomFor = (length: number): number => Math.max(8, Math.ceil((length + 1) / 8) * 8);

const NAMES = {
  int: "a number",
  string: "a text",
  stack: "a call stack",
  symbol: "a symbol",
  address: "an address",
} as const;

export const nameOfType = ({ kind }: TraceType): string => NAMES[kind];

/** One type for values of both; undefined where there is none. */
export function commonType(a: TraceType, b: TraceType): TraceType | undefined {
  if (a.kind === "string" && b.kind === "string") return a.size >= b.size ? a : b;
  if (a.kind === "int" && b.kind === "int") return a.signed ? a : b;
  return a.kind === b.kind ? a : undefined;
}

/** What the functions that only a map's value can be make of it. */
export const AGGREGATES = ["count", "sum", "avg", "min", "max", "stats", "hist", "lhist"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** What a map holds. */
export type MapValue =
  | { readonly kind: "value"; readonly type: TraceType }
  | { readonly kind: Aggregate; readonly signed: boolean };

/** Numbers that an lhist is cut at. */
export interface LinearScale {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** A map of a one-liner, as all its uses together say. */
export interface TraceMap {
  /** With its `@`. */
  readonly name: string;
  /** In the kernel. */
  readonly kernelName: string;
  readonly keys: readonly TraceType[];
  readonly value: MapValue;
  readonly scale?: LinearScale;
}

/** Bytes of a key: those of its parts, and 8 for the row of a histogram. A map without keys has the one key 0. */
export function keyBytes({ keys, value }: TraceMap): number {
  const own = keys.reduce((sum, type) => sum + sizeOfType(type), 0);
  if (value.kind === "hist" || value.kind === "lhist") return own + 8;
  return Math.max(own, 8);
}

export function valueBytes({ value }: TraceMap): number {
  if (value.kind === "value") return sizeOfType(value.type);
  return value.kind === "avg" || value.kind === "stats" ? 16 : 8;
}
