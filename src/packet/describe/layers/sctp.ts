import { crc32c } from "../../crc32c.ts";
import { SCTP_CHUNKS } from "../../message-type.ts";
import { suggestion } from "../did-you-mean.ts";
import { bytes, uint } from "../fields.ts";
import type { LayerFormat } from "../layer-format.ts";
import type { Reader } from "../reader.ts";
import { HEX, joined, unsigned, type ValueKind } from "../value-kind.ts";
import { padded } from "./padded.ts";

const CHUNK_FIELDS: Readonly<Record<string, ValueKind>> = {
  type: unsigned(8, SCTP_CHUNKS),
  flags: unsigned(8),
  length: unsigned(16),
  hex: HEX,
};

const CHUNK_DESCRIPTIONS: Readonly<Record<string, string>> = {
  type: "Type of the chunk.",
  flags: "Flags. Default 0.",
  length: "Length with the header of 4 bytes. Default: computed.",
  hex: "The value, in hexadecimal.",
};

/** Chunks with their headers; values are raw. */
const CHUNKS: ValueKind = {
  schema: {
    type: "array",
    items: {
      type: "object",
      additionalProperties: false,
      properties: Object.fromEntries(
        Object.entries(CHUNK_FIELDS).map(([name, { schema }]) => [
          name,
          { description: CHUNK_DESCRIPTIONS[name], ...schema },
        ]),
      ),
    },
  },
  read(value, reader) {
    if (!Array.isArray(value)) return reader.refuse(value, 'a list of chunks such as {type: data, hex: "00"}');
    return joined(value.map((chunk, i) => readChunk(chunk, reader.at(i))));
  },
};

/** Type, flags, length, value and padding to 4 bytes. The length defaults to that of the value with this header. */
function readChunk(chunk: unknown, reader: Reader): Uint8Array | undefined {
  if (typeof chunk !== "object" || chunk === null || Array.isArray(chunk))
    return reader.refuse(chunk, "a map of type, flags, length and hex");
  const read: Record<string, number | Uint8Array> = {};
  let isGood = true;
  for (const [name, value] of Object.entries(chunk)) {
    const kind = Object.hasOwn(CHUNK_FIELDS, name) ? CHUNK_FIELDS[name] : undefined;
    const here = reader.at(name);
    const field =
      kind?.read(value, here, {}) ??
      (kind
        ? undefined
        : here.problem(`A chunk has no field \`${name}\`.`, suggestion(name, Object.keys(CHUNK_FIELDS))));
    if (field === undefined) isGood = false;
    else read[name] = field;
  }
  if (!isGood) return undefined;
  const value = (read.hex as Uint8Array | undefined) ?? new Uint8Array();
  const length = (read.length as number | undefined) ?? 4 + value.length;
  if (length > 0xffff) return reader.problem("A chunk takes at most 65535 bytes.");
  const header = [
    (read.type as number | undefined) ?? 0,
    (read.flags as number | undefined) ?? 0,
    length >>> 8,
    length,
  ];
  return padded(Uint8Array.of(...header, ...value), 4);
}

/** SCTP's common header and chunks (RFC 9260). */
export const SCTP: LayerFormat = {
  name: "sctp",
  description: "SCTP (RFC 9260): the common header, and chunks with raw values.",
  size: 12,
  carrier: "ip",
  fields: {
    sport: uint(0, 16, "Source port.", { default: 40000 }),
    dport: uint(16, 16, "Destination port. Default: 9 (discard).", { default: 9 }),
    tag: uint(32, 32, "Verification tag.", { default: 0 }),
    checksum: uint(64, 32, "CRC32c, as the four bytes read most significant first. Default: computed."),
    chunks: bytes("Chunks. Default: none.", undefined, CHUNKS),
  },
  tail: ({ chunks }) => (chunks as Uint8Array | undefined) ?? new Uint8Array(),
  finish({ bytes, start, end, compute }) {
    const crc = crc32c(bytes, start, end);
    // It is sent least significant byte first.
    compute("checksum", ((crc << 24) | ((crc & 0xff00) << 8) | ((crc >>> 8) & 0xff00) | (crc >>> 24)) >>> 0);
  },
};
