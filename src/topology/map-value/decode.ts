import { textIn } from "../../bpf/codec/bits.ts";
import { formatIpv4, formatIpv6, formatMac } from "../../packet/address.ts";
import type { ValueLayout } from "./layout.ts";

/** A key or value as people read it: numbers that do not fit in a JSON number are text, and so are addresses and other bytes. */
export type Readable = number | string | { readonly [field: string]: Readable };

/** A key or value in one line. */
export const readableText = (value: Readable): string =>
  typeof value === "object" ? JSON.stringify(value) : String(value);

/** What `size` bytes from `at` on are, in the words of the layout. */
export function decodeValue(layout: ValueLayout, bytes: Uint8Array, at = 0): Readable {
  switch (layout.kind) {
    case "ipv4":
      return formatIpv4(bytes, at);
    case "ipv6":
      return formatIpv6(bytes, at);
    case "mac":
      return formatMac(bytes, at);
    case "bytes":
      return Buffer.from(bytes.subarray(at, at + layout.size)).toString("hex");
    case "text": {
      const characters = bytes.subarray(at, at + layout.size);
      // A full array ends without a zero.
      const text = textIn(characters) ?? textIn(Uint8Array.of(...characters, 0));
      return text ?? decodeValue({ ...layout, kind: "bytes" }, bytes, at);
    }
    case "struct":
      return Object.fromEntries(
        layout.fields.map(({ name, offset, layout: part }) => [name, decodeValue(part, bytes, at + offset)]),
      );
    case "program":
    case "device":
      return readableNumber(numberAt("unsigned", bytes, at, layout.size));
    default:
      return readableNumber(numberAt(layout.kind, bytes, at, layout.size));
  }
}

/** The number that a layout of one number holds; undefined for other layouts. */
export function decodeNumber({ kind, size }: ValueLayout, bytes: Uint8Array): bigint | undefined {
  if (kind === "device") return numberAt("unsigned", bytes, 0, size);
  return kind === "unsigned" || kind === "signed" || kind === "network" ? numberAt(kind, bytes, 0, size) : undefined;
}

function numberAt(kind: "unsigned" | "signed" | "network", bytes: Uint8Array, at: number, size: number): bigint {
  let number = 0n;
  for (let i = size - 1; i >= 0; i--)
    number = (number << 8n) | BigInt(bytes[at + (kind === "network" ? size - 1 - i : i)]!);
  return kind === "signed" ? BigInt.asIntN(8 * size, number) : number;
}

function readableNumber(number: bigint): number | string {
  const asNumber = Number(number);
  return Number.isSafeInteger(asNumber) ? asNumber : String(number);
}
