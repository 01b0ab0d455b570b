import { parseIpv4, parseIpv6, parseMac } from "../../packet/address.ts";
import { parseHex } from "../../packet/describe/value-kind.ts";
import { enumerate } from "../check/hints.ts";
import { QuantityError } from "../quantity/quantity.ts";
import type { ScalarLayout, ValueLayout } from "./layout.ts";

/** Index of a device by its name, `node:interface`. Throws QuantityError. */
export type DeviceIndex = (name: string) => number;

const NO_DEVICES: DeviceIndex = (name) => {
  throw new QuantityError(
    `'${name}' is no index of a device.`,
    "Devices have names in topologies only; write the number.",
  );
};

/**
 * Bytes of a key or value as a topology gives it: a number, an address, a device, `{ hex: ... }`, or a mapping of fields, as its
 * layout says. Throws QuantityError.
 */
export function encodeValue(layout: ValueLayout, value: unknown, deviceIndex: DeviceIndex = NO_DEVICES): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  const given = hexOf(value);
  if (given !== undefined) {
    if (given.length !== layout.size)
      throw new QuantityError(
        `This is ${given.length} bytes; ${layout.size} are needed.`,
        "Write two digits for each byte.",
      );
    return given;
  }
  write(layout, value, { bytes, deviceIndex }, 0);
  return bytes;
}

/** Bytes of a record without a layout, in hexadecimal: `0a0b` or `{ hex: "0a 0b" }`. Throws QuantityError. */
export function encodeSample(value: unknown): Uint8Array {
  const bytes =
    hexOf(value) ?? (typeof value === "string" || typeof value === "number" ? parseHex(String(value)) : undefined);
  if (bytes !== undefined) return bytes;
  throw new QuantityError(
    "These are not bytes in hexadecimal.",
    "Give the map `records: { as: LAYOUT }` to write them otherwise.",
  );
}

function hexOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value);
  const [[key, hex] = []] = entries;
  if (entries.length !== 1 || key !== "hex") return undefined;
  const bytes = typeof hex === "string" || typeof hex === "number" ? parseHex(String(hex)) : undefined;
  if (bytes === undefined)
    throw new QuantityError(`'${hex}' is not bytes in hexadecimal.`, "Write two digits for each byte.");
  return bytes;
}

/** Where bytes are written to. */
interface Target {
  readonly bytes: Uint8Array;
  readonly deviceIndex: DeviceIndex;
}

function write(layout: ValueLayout, value: unknown, target: Target, at: number): void {
  if (layout.kind !== "struct") {
    target.bytes.set(scalarBytes(layout, value, target), at);
    return;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new QuantityError(
      `This key or value has fields: ${enumerate(layout.fields.map(({ name }) => name))}.`,
      "Give them by their names; those that are not given are 0.",
    );
  for (const [name, part] of Object.entries(value)) {
    const field = layout.fields.find((one) => one.name === name);
    if (field === undefined)
      throw new QuantityError(
        `'${name}' is none of its fields.`,
        `There are ${enumerate(layout.fields.map((one) => one.name))}.`,
      );
    write(field.layout, part, target, at + field.offset);
  }
}

function scalarBytes({ kind, size }: ScalarLayout, value: unknown, { deviceIndex }: Target): Uint8Array {
  switch (kind) {
    case "device": {
      const isName = typeof value === "string" && value.includes(":");
      return numberBytes("unsigned", size, isName ? deviceIndex(value) : value);
    }
    case "program":
      // Which number the kernel gives it shows when it is loaded.
      if (Array.isArray(value) || (typeof value !== "object" && !isProgramName(value)))
        throw new QuantityError(`'${textOf(value)}' is no program.`, "Give its name, or 0 for none.");
      return new Uint8Array(size);
    case "ipv4":
      if (typeof value === "number" || typeof value === "bigint") return numberBytes("network", size, value);
      return addressBytes(value, parseIpv4, "an IPv4 address", "10.0.0.1");
    case "ipv6":
      return addressBytes(value, parseIpv6, "an IPv6 address", "fd00::1");
    case "mac":
      return addressBytes(value, parseMac, "a MAC address", "02:00:00:00:00:01");
    case "text": {
      const text = Buffer.from(textOf(value), "utf8");
      if (text.length > size)
        throw new QuantityError(`'${textOf(value)}' has ${text.length} characters.`, `There is room for ${size}.`);
      return Uint8Array.from({ length: size }, (_, i) => text[i] ?? 0);
    }
    case "bytes": {
      const bytes = typeof value === "string" ? parseHex(value) : undefined;
      if (bytes === undefined || bytes.length !== size)
        throw new QuantityError(`This is not ${size} bytes in hexadecimal.`, `Write ${2 * size} digits.`);
      return bytes;
    }
    default:
      return numberBytes(kind, size, value);
  }
}

const isProgramName = (value: unknown): boolean =>
  Number(value) === 0 || (typeof value === "string" && !/^\d/.test(value));

function addressBytes(
  value: unknown,
  parse: (text: string) => Uint8Array | undefined,
  noun: string,
  example: string,
): Uint8Array {
  const text = textOf(value);
  const bytes = parse(text);
  if (bytes === undefined) throw new QuantityError(`'${text}' is not ${noun}.`, `As in ${example}.`);
  return bytes;
}

/** A single value as it would be written; a list or mapping as JSON. */
function textOf(value: unknown): string {
  return typeof value === "object"
    ? JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part))
    : String(value);
}

function numberBytes(kind: "unsigned" | "signed" | "network", size: number, value: unknown): Uint8Array {
  const text = textOf(value).trim();
  if (!/^-?(\d+|0x[\da-f]+)$/i.test(text))
    throw new QuantityError(`'${text}' is no whole number.`, "Write it in decimal, or in hexadecimal behind 0x.");
  const number = text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text);
  const bits = BigInt(8 * size);
  if (number < -(1n << (bits - 1n)) || number >= 1n << bits)
    throw new QuantityError(
      `${text} does not fit in ${size} bytes.`,
      `The largest number that does is ${(1n << bits) - 1n}.`,
    );
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(8 * size, number);
  for (let i = 0; i < size; i++, rest >>= 8n) bytes[kind === "network" ? size - 1 - i : i] = Number(rest & 0xffn);
  return bytes;
}
