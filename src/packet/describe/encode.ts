import { fail } from "../../errors.ts";
import { ADDRESSES, sum16 } from "../checksum.ts";
import type {
  EncodedPacket,
  EncodingDefaults,
  FieldValue,
  LayerDescription,
  PacketDescription,
} from "./description.ts";
import { withImpliedLayers } from "./imply.ts";
import type { FieldFormat, Fields, LayerFormat, PlacedHeader } from "./layer-format.ts";
import { LAYERS } from "./layer-table.ts";
import { finalAddress } from "./layers/ipv6-extension.ts";

/**
 * The bytes of a packet. Fields that the description does not give take their defaults; lengths, the numbers of next
 * layers and checksums are computed, of fields that are given too. A transport's checksum is that of the packet as it
 * stands: of a fragment, that of the fragment.
 * Throws NetsimError `bad-packet` where a computed length does not fit its field.
 */
export function encodePacket(description: PacketDescription, defaults: EncodingDefaults): EncodedPacket {
  const layers = withImpliedLayers(description.layers, defaults);
  const headers = place(layers, defaults);
  const content = headers.at(-1)?.payload ?? 0;
  const padding = headers.find(({ format }) => format.name === "pad")?.fields.length as number | undefined;
  const bytes = new Uint8Array(Math.max(content, padding ?? 0));
  for (const header of headers) write(header, bytes);
  for (let i = headers.length - 1; i >= 0; i--) finish(headers, i, layers, bytes, content);
  const first = layers[0]?.kind;
  return { bytes, begins: first === "ipv4" || first === "ipv6" ? first : "ether" };
}

/** A layer's place in the packet and all its fields. */
interface Header {
  readonly format: LayerFormat;
  readonly given: Fields;
  /** The given fields and the defaults of the others. */
  readonly fields: Fields;
  readonly start: number;
  /** Where its header ends. */
  readonly payload: number;
  readonly tail: Uint8Array;
}

function place(layers: readonly LayerDescription[], defaults: EncodingDefaults): Header[] {
  let start = 0;
  return layers.map(({ kind, fields: given }, i) => {
    const format = LAYERS.get(kind) ?? fail("bad-packet", `There is no packet layer \`${kind}\`.`);
    const fields = withDefaults(format, given, defaults, layers.slice(i + 1));
    const tail = format.tail?.(fields) ?? new Uint8Array();
    const payload = start + format.size + tail.length;
    const header = { format, given, fields, start, payload, tail };
    start = payload;
    return header;
  });
}

function withDefaults(
  format: LayerFormat,
  given: Fields,
  defaults: EncodingDefaults,
  after: readonly LayerDescription[],
): Fields {
  const fields: Record<string, FieldValue> = {};
  for (const [name, { default: initial }] of Object.entries(format.fields)) {
    const value =
      given[name] ?? (typeof initial === "function" ? initial({ defaults, fields: given, after }) : initial);
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

function write({ format, fields, start, tail }: Header, bytes: Uint8Array): void {
  for (const [name, field] of Object.entries(format.fields))
    if (fields[name] !== undefined) writeField(bytes, start, field, fields[name]);
  bytes.set(tail, start + format.size);
}

function writeField(bytes: Uint8Array, start: number, { bit, width }: FieldFormat, value: FieldValue): void {
  if (bit === undefined) return;
  if (typeof value !== "number") {
    bytes.set(value, start + bit / 8);
    return;
  }
  for (let i = 0; i < width; i++) {
    const at = bit + i;
    const mask = 0x80 >>> (at & 7);
    const isSet = ((value >>> (width - 1 - i)) & 1) === 1;
    const byte = start + (at >>> 3);
    bytes[byte] = isSet ? bytes[byte]! | mask : bytes[byte]! & ~mask;
  }
}

function finish(
  headers: readonly Header[],
  index: number,
  layers: readonly LayerDescription[],
  bytes: Uint8Array,
  end: number,
): void {
  const { format, given, fields, start, payload } = headers[index]!;
  const header: PlacedHeader = {
    bytes,
    start,
    payload,
    end,
    after: layers.slice(index + 1),
    addressSum: addressSum(headers.slice(0, index), bytes),
    value: (name) => fields[name],
    isGiven: (name) => given[name] !== undefined,
    compute(name, value, maximum = 2 ** format.fields[name]!.width - 1) {
      if (given[name] !== undefined) return;
      if (value > maximum) fail("bad-packet", `The packet is too long for \`${format.name}.${name}\`: ${value}.`);
      writeField(bytes, start, format.fields[name]!, value);
    },
  };
  format.finish?.(header);
}

/** The addresses' part of the pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1), of the last IP header of `before`. */
function addressSum(before: readonly Header[], bytes: Uint8Array): number {
  const ip = before.findLastIndex(({ format: { name } }) => name === "ipv4" || name === "ipv6");
  if (ip < 0) return 0;
  const { format, start } = before[ip]!;
  const { source, length } = ADDRESSES[format.name === "ipv4" ? 4 : 6];
  const routing = before.slice(ip + 1).find(({ format: { name } }) => name === "routing");
  const last = routing && finalAddress(routing.fields);
  if (last === undefined) return sum16(bytes, start + source, 2 * length);
  return sum16(last, 0, length, sum16(bytes, start + source, length));
}
