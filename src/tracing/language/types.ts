/** What a value of the language is, and how it lies in memory. */
export type TraceType =
  /**
   * On the stack always with 64 bits. @property bytes fewer of them: what is computed from it wraps there. @property struct the number
   * of the struct that it points at.
   */
  | { readonly kind: "int"; readonly signed: boolean; readonly bytes?: 1 | 2 | 4; readonly struct?: number }
  | { readonly kind: "string"; readonly size: number }
  /** A number of a call stack, of which so many functions are shown; `perf`: with their addresses. */
  | { readonly kind: "stack"; readonly limit?: number; readonly perf?: true }
  /** Bytes of memory: 8 that tell how many, then they. */
  | { readonly kind: "bytes"; readonly size: number }
  /** Nanoseconds that are shown as a date. */
  | { readonly kind: "time"; readonly format: string }
  /** Values one behind the other. */
  | { readonly kind: "tuple"; readonly parts: readonly TraceType[] }
  /** An address of code, which is shown by its name. */
  | { readonly kind: "symbol" }
  /** An Internet address: 8 bytes that tell its length, then 16. */
  | { readonly kind: "address" };

export const INT: TraceType = { kind: "int", signed: true };
export const UNSIGNED: TraceType = { kind: "int", signed: false };
/** The address of a struct. */
export const pointerTo = (struct: number): TraceType => ({ kind: "int", signed: false, struct });
/** Bytes of a text that somebody points at. */
export const TEXT_BYTES = 64;
const ADDRESS_BYTES = 24;

type IntType = Extract<TraceType, { kind: "int" }>;

/** Types of numbers that can be named. */
export const INTEGERS: Readonly<Record<string, IntType>> = {
  uint8: { kind: "int", signed: false, bytes: 1 },
  int8: { kind: "int", signed: true, bytes: 1 },
  uint16: { kind: "int", signed: false, bytes: 2 },
  int16: { kind: "int", signed: true, bytes: 2 },
  uint32: { kind: "int", signed: false, bytes: 4 },
  int32: { kind: "int", signed: true, bytes: 4 },
  uint64: { kind: "int", signed: false },
  int64: { kind: "int", signed: true },
};

/** The type of a number of so many bytes in memory. */
export const integerOf = (bytes: number, isSigned: boolean): TraceType =>
  INTEGERS[`${isSigned ? "" : "u"}int${8 * bytes}`] ?? (isSigned ? INT : UNSIGNED);

/** Bytes of a value, a multiple of 8. */
export function sizeOfType(type: TraceType): number {
  switch (type.kind) {
    case "string":
      return type.size;
    case "bytes":
      return 8 + Math.ceil(type.size / 8) * 8;
    case "tuple":
      return type.parts.reduce((sum, part) => sum + sizeOfType(part), 0);
    default:
      return type.kind === "address" ? ADDRESS_BYTES : 8;
  }
}

/** Room for a text and its zero. */
export const roomFor = (length: number): number => Math.max(8, Math.ceil((length + 1) / 8) * 8);

const NAMES = {
  int: "a number",
  string: "a text",
  stack: "a call stack",
  symbol: "a symbol",
  address: "an address",
  bytes: "a buffer",
  time: "a time",
  tuple: "a tuple",
} as const;

export const nameOfType = ({ kind }: TraceType): string => NAMES[kind];

/** One type for values of both; undefined where there is none. */
export function commonType(a: TraceType, b: TraceType): TraceType | undefined {
  if (a.kind === "string" && b.kind === "string") return a.size >= b.size ? a : b;
  if (a.kind === "int" && b.kind === "int") return a;
  if (a.kind === "tuple" && b.kind === "tuple") return layoutOf(a) === layoutOf(b) ? a : undefined;
  return a.kind === b.kind ? a : undefined;
}

/** Types whose values lie alike. */
const layoutOf = (type: TraceType): string =>
  type.kind === "int" ? "int" : type.kind === "tuple" ? `(${type.parts.map(layoutOf)})` : JSON.stringify(type);

/** Of numbers that are kept: all of their 64 bits. */
export function widened(type: TraceType): TraceType {
  if (type.kind !== "int" || type.struct !== undefined) return type;
  return type.signed ? INT : UNSIGNED;
}

/** What the functions that only a map's value can be make of it. */
export const AGGREGATES = ["count", "sum", "avg", "min", "max", "stats", "hist", "lhist"] as const;
/** What calls of them are named: quantize() is what DTrace calls a hist(). */
export const AGGREGATE_CALLS: readonly string[] = [...AGGREGATES, "quantize"];
export type Aggregate = (typeof AGGREGATES)[number];

/**
 * What a map holds. In the kernel a minimum is taken off LEAST, so that the largest word is that of the smallest number and what is not
 * there, 0, is above all of them: as bpftrace 0.17 has it, whose minima are right up to that number.
 */
export type MapValue =
  | { readonly kind: "value"; readonly type: TraceType }
  | { readonly kind: Aggregate; readonly signed: boolean };

export const LEAST = 0xffff_ffffn;

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

/** The last row of a hist() begins with 2 to this. */
export const LAST_POWER = 31;

/** Rows that a histogram can have, those below and above its scale included; 0: the map is none. */
export function rowsOf({ value: { kind }, scale }: TraceMap): number {
  if (kind === "hist") return LAST_POWER + 3;
  if (kind !== "lhist" || scale === undefined) return 0;
  return Math.floor((scale.to - scale.from) / scale.step) + 2;
}
