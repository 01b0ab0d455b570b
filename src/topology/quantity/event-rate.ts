import { QuantityError } from "./quantity.ts";

const HINT = "Packet rates are written 1000/s, or as a bare number of packets a second.";

/** Events a second from `1000/s`, `0.5/s`, `10k/s` or a bare number. Throws a QuantityError. */
export function parseEventRate(text: string): number {
  const match = EVENT_RATE.exec(text);
  if (match === null) throw new QuantityError(`'${text}' is not a number of packets a second.`, HINT);
  const value = Number(match[1]) * { "": 1, k: 1e3, m: 1e6 }[(match[2] ?? "").toLowerCase() as "" | "k" | "m"];
  // A billion a second is one in each nanosecond, the smallest step of simulated time.
  if (value > 0 && value <= 1e9) return value;
  throw new QuantityError(`'${text}' is not above 0 and at most 1000000000 a second.`, HINT);
}

const EVENT_RATE = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([km])?\s*(?:\/\s*s)?\s*$/i;
