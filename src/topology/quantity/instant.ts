import { QuantityError, scale } from "./quantity.ts";

const HINT = "Write a time such as 2024-05-01T12:00:00Z, or the seconds since 1970.";

/** A point of time: whole seconds since 1970 (UTC, without leap seconds) and nanoseconds below one second. */
export interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/**
 * Reads ISO 8601 (`2024-05-01`, `2024-05-01T12:00:00.5Z`, `...+02:00`) or seconds since 1970. Captures hold 32 bits of
 * seconds, so a time ends in 2106. Throws a QuantityError.
 */
export function parseInstant(text: string): Instant {
  const nanoseconds = /^\d+(?:\.\d*)?$/.test(text) ? scale(text, 1_000_000_000n) : parseIso(text);
  if (nanoseconds === undefined) throw new QuantityError(`'${text}' is not a time.`, HINT);
  const seconds = nanoseconds / 1_000_000_000n;
  if (nanoseconds < 0n || seconds > 0xffff_ffffn)
    throw new QuantityError(`'${text}' is not between 1970 and 2106, which is what captures can hold.`, HINT);
  return { seconds: Number(seconds), nanoseconds: Number(nanoseconds % 1_000_000_000n) };
}

function parseIso(text: string): bigint | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, date, time = "00:00:00", fraction = "0", zone = "Z"] = match as unknown as [string, string, ...string[]];
  const local = `${date}T${time}Z`;
  const milliseconds = Date.parse(local);
  // A day that does not exist, such as 30 February, is carried over to another one.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 19) !== local.slice(0, 19))
    return undefined;
  const offset = zone.toUpperCase() === "Z" ? 0 : minutes(zone);
  if (offset === undefined) return undefined;
  return BigInt(milliseconds - offset * 60_000) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2}))?$/;

function minutes(zone: string): number | undefined {
  const [hours, rest] = zone.slice(1).split(":").map(Number) as [number, number];
  if (hours > 23 || rest > 59) return undefined;
  return (zone[0] === "-" ? -1 : 1) * (hours * 60 + rest);
}
