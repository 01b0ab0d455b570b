import type { Formula } from "../../src/meaning/formula.ts";
import { holdsOfNumber } from "../../src/meaning/test.ts";
import { number, operation, type Position, type Value } from "../../src/meaning/value.ts";

/** Whether a condition holds of a packet that is long enough for all of its loads; undefined: it has values that no packet shows. */
export function truthOf(formula: Formula, packet: Uint8Array, wireLength: number): boolean | undefined {
  if (formula.kind === "if") throw new TypeError("conditions are spelled out");
  if (formula.kind !== "claim") {
    const truths = formula.parts.map((part) => truthOf(part, packet, wireLength));
    if (truths.includes(undefined)) return undefined;
    return formula.kind === "all" ? truths.every(Boolean) : truths.some(Boolean);
  }
  const { left, comparison, right } = formula.claim.test;
  const [a, b] = [left, right].map((value) => numberOf(value, packet, wireLength));
  return a === undefined || b === undefined ? undefined : holdsOfNumber(comparison, a, b) === formula.holds;
}

function numberOf(value: Value, packet: Uint8Array, wireLength: number): number | undefined {
  switch (value.kind) {
    case "number":
      return value.number;
    case "length":
      return wireLength;
    case "load": {
      const at = placeOf(value.from, packet, wireLength);
      if (at === undefined || at < 0 || at + value.size > packet.length) return undefined;
      return packet.subarray(at, at + value.size).reduce((sum, byte) => sum * 256 + byte, 0);
    }
    case "operation": {
      const [a, b] = [value.left, value.right].map((each) => numberOf(each, packet, wireLength));
      if (a === undefined || b === undefined || ("/%".includes(value.operator) && b === 0)) return undefined;
      const computed = operation(value.operator, number(a), number(b));
      return computed.kind === "number" ? computed.number : undefined;
    }
    default:
      return undefined;
  }
}

function placeOf({ offset, terms }: Position, packet: Uint8Array, wireLength: number): number | undefined {
  const numbers = terms.map((term) => numberOf(term, packet, wireLength));
  if (numbers.includes(undefined)) return undefined;
  return numbers.reduce<number>((sum, each) => sum + (each! | 0), offset);
}
