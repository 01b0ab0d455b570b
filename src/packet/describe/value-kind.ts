import type { JsonSchema } from "../../json-schema.ts";
import { parseIpv4, parseIpv6, parseMac } from "../address.ts";
import type { Names } from "../message-type.ts";
import type { FieldValue } from "./description.ts";
import { suggestion } from "./did-you-mean.ts";
import type { Reader } from "./reader.ts";

/** What a field takes in a description. */
export interface ValueKind {
  readonly schema: JsonSchema;
  /**
   * The value as the header holds it. Undefined where it does not fit; the reader has been told then.
   * @param fields the layer's fields before this one in its table.
   */
  read(value: unknown, reader: Reader, fields: Readonly<Record<string, FieldValue>>): FieldValue | undefined;
}

/**
 * A whole number of `width` bits, or one of `names`.
 * @param unit what one in the header counts for: 8 where a header counts in units of 8 bytes and a description in bytes.
 */
export function unsigned(width: number, names: Names = {}, unit = 1): ValueKind {
  const maximum = (2 ** width - 1) * unit;
  const keys = Object.keys(names);
  const number = { type: "integer", minimum: 0, maximum, ...(unit > 1 && { multipleOf: unit }) };
  const range = `a whole number from 0 to ${maximum}${unit > 1 ? ` that is a multiple of ${unit}` : ""}`;
  const takes = keys.length === 0 ? range : `${range} or a name`;
  return {
    schema: keys.length === 0 ? number : { anyOf: [number, { enum: keys }] },
    read(value, reader) {
      if (typeof value === "string" && Object.hasOwn(names, value)) return names[value];
      const integer = toInteger(value);
      if (integer !== undefined && integer >= 0 && integer <= maximum && integer % unit === 0) return integer / unit;
      const known = keys.length === 0 ? undefined : `The names are ${keys.join(", ")}.`;
      return reader.refuse(value, takes, typeof value === "string" ? (suggestion(value, keys) ?? known) : undefined);
    },
  };
}

/** A whole number out of what YAML gives for one. */
export function toInteger(value: unknown): number | undefined {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
}

export const FLAG: ValueKind = {
  schema: { type: "boolean" },
  read: (value, reader) => (typeof value === "boolean" ? Number(value) : reader.refuse(value, "true or false")),
};

export const MAC = text("a MAC address such as 02:00:00:00:00:01", parseMac);
export const IPV4 = text("an IPv4 address such as 10.0.0.1", parseIpv4);
export const IPV6 = text("an IPv6 address such as 2001:db8::1", parseIpv6);

const HEX_PATTERN = "^(?:[0-9A-Fa-f]{2}[\\s:.-]*)*$";

/** Bytes in hexadecimal; spaces, colons, dashes and dots between bytes are skipped. */
export const HEX: ValueKind = {
  schema: { type: "string", pattern: HEX_PATTERN },
  read(value, reader) {
    const bytes = typeof value === "string" ? parseHex(value) : undefined;
    const hint = typeof value === "number" ? "Put quotes around it, or YAML reads it as a number." : undefined;
    return bytes ?? reader.refuse(value, 'bytes in hexadecimal such as "00ff10"', hint);
  },
};

export function parseHex(text: string): Uint8Array | undefined {
  return new RegExp(HEX_PATTERN).test(text)
    ? Uint8Array.from(Buffer.from(text.replace(/[^0-9a-f]/gi, ""), "hex"))
    : undefined;
}

/** Text that `parse` understands. */
function text(takes: string, parse: (text: string) => Uint8Array | undefined): ValueKind {
  return {
    schema: { type: "string" },
    read(value, reader) {
      const parsed = typeof value === "string" ? parse(value.trim()) : undefined;
      return parsed ?? reader.refuse(value, takes);
    },
  };
}

/** A list of addresses, one behind the other. */
export const IPV6_LIST: ValueKind = {
  schema: { type: "array", items: { type: "string" } },
  read(value, reader) {
    if (!Array.isArray(value)) return reader.refuse(value, "a list of IPv6 addresses");
    return joined(value.map((item, i) => IPV6.read(item, reader.at(i), {}) as Uint8Array | undefined));
  },
};

/** All parts behind each other; undefined where one is missing. */
export function joined(parts: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  if (!parts.every((part) => part !== undefined)) return undefined;
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
