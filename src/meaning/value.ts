/** What a program has computed, as a term over what it has loaded. Terms are equal where their keys are. */
export type Value = { readonly key: string } & (
  | { readonly kind: "number"; readonly number: number }
  | { readonly kind: "load"; readonly from: Position; readonly size: 1 | 2 | 4 }
  | { readonly kind: "metadata"; readonly name: string }
  | { readonly kind: "length" }
  | { readonly kind: "operation"; readonly operator: Operator; readonly left: Value; readonly right: Value }
  /** One of several, by the way that was taken to here. */
  | { readonly kind: "either"; readonly values: readonly Value[] }
  /** Not set before, or too much to follow. */
  | { readonly kind: "unknown" }
);

export type Operator = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>";

/** What the offset of a load counts from: the start of the data, or one of the two headers that the kernel knows. */
export type Origin = "data" | "network" | "link";

/** A place in the packet: so many bytes, and what else is added to them, behind an origin. */
export interface Position {
  readonly origin: Origin;
  readonly offset: number;
  /** In the order of their keys. */
  readonly terms: readonly Value[];
}

/** A term with more than this written out is not followed any further. */
const LONGEST_KEY = 2000;
/** linux/filter.h: SKF_NET_OFF and SKF_LL_OFF. */
const NETWORK_BASE = -0x10_0000;
const LINK_BASE = -0x20_0000;

export const UNKNOWN: Value = { kind: "unknown", key: "?" };
export const LENGTH: Value = { kind: "length", key: "len" };

export function number(value: number): Value {
  return { kind: "number", number: value >>> 0, key: `${value >>> 0}` };
}

export function metadata(name: string): Value {
  return { kind: "metadata", name, key: `{${name}}` };
}

export function samePlace({ origin, terms }: Position): string {
  return `${origin}+${terms.map(({ key }) => key).join("+")}`;
}

export function load(from: Position, size: 1 | 2 | 4): Value {
  return bounded({ kind: "load", from, size, key: `[${samePlace(from)}+${from.offset}:${size}]` });
}

/** The place that `ld [k]`, or with an index `ld [x + k]`, reads. */
export function position(k: number, index: Value = number(0)): Position {
  const offset = k | 0;
  const origin = offset >= 0 ? "data" : offset >= NETWORK_BASE ? "network" : "link";
  const base = origin === "data" ? 0 : origin === "network" ? NETWORK_BASE : LINK_BASE;
  return moved({ origin, offset: offset - base, terms: [] }, index);
}

/** The place that many bytes further on. */
export function moved({ origin, offset, terms }: Position, by: Value): Position {
  const [constant, rest] = sum(by);
  const all = [...terms, ...rest].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return { origin, offset: offset + constant, terms: all };
}

/** A sum as its constant part and its other terms. */
function sum(value: Value): [number, Value[]] {
  if (value.kind === "number") return [value.number | 0, []];
  if (value.kind !== "operation") return [0, [value]];
  const { operator, left, right } = value;
  if (operator === "-" && right.kind === "number") {
    const [constant, terms] = sum(left);
    return [constant - (right.number | 0), terms];
  }
  if (operator !== "+") return [0, [value]];
  const [a, b] = [sum(left), sum(right)];
  return [a[0] + b[0], [...a[1], ...b[1]]];
}

/** `left operator right`, computed where both are known; multiples and parts are `*` and `/`. */
export function operation(operator: Operator, left: Value, right: Value): Value {
  if (left.kind === "number" && right.kind === "number") return number(compute(operator, left.number, right.number));
  if (right.kind === "number") {
    const k = right.number;
    if (operator === "<<" && k < 31) return operation("*", left, number(2 ** k));
    if (operator === ">>" && k < 31) return operation("/", left, number(2 ** k));
    if (k === 0 && "+-|^".includes(operator)) return left;
    if (k === 1 && "*/".includes(operator)) return left;
  }
  if (operator === "+" && left.kind === "number") {
    if (left.number === 0) return right;
    return operation("+", right, left);
  }
  if (operator === "&" && left.kind === "number") return operation("&", right, left);
  return bounded({ kind: "operation", operator, left, right, key: `(${left.key}${operator}${right.key})` });
}

function compute(operator: Operator, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return Math.imul(a, b);
    case "/":
      return b === 0 ? 0 : Math.floor(a / b);
    case "%":
      return b === 0 ? 0 : a % b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "<<":
      return b < 32 ? a << b : 0;
    default:
      return b < 32 ? a >>> b : 0;
  }
}

/** What a register holds where two ways meet. */
export function either(a: Value, b: Value): Value {
  if (a.key === b.key) return a;
  if (a.kind === "unknown" || b.kind === "unknown") return UNKNOWN;
  const values = new Map([...alternatives(a), ...alternatives(b)].map((value) => [value.key, value]));
  const sorted = [...values.values()].sort((x, y) => (x.key < y.key ? -1 : 1));
  return bounded({ kind: "either", values: sorted, key: `<${sorted.map(({ key }) => key).join("|")}>` });
}

export function alternatives(value: Value): readonly Value[] {
  return value.kind === "either" ? value.values : [value];
}

function bounded(value: Value): Value {
  return value.key.length > LONGEST_KEY ? UNKNOWN : value;
}
