import { IP_PROTOCOLS } from "../../protocol-number.ts";
import { bytes, flag, uint } from "../fields.ts";
import type { Fields, LayerFormat } from "../layer-format.ts";
import { IPV6_LIST, parseHex, type ValueKind } from "../value-kind.ts";
import { nextProtocol } from "./next-header.ts";

/** Option 5, length 2, value 0: multicast listener discovery (RFC 2711). */
const ROUTER_ALERT = Uint8Array.of(5, 2, 0, 0);
const TAKES = "options in hexadecimal or router-alert";

const OPTIONS: ValueKind = {
  schema: { type: "string" },
  read(value, reader) {
    if (value === "router-alert") return ROUTER_ALERT;
    const options = typeof value === "string" ? parseHex(value) : undefined;
    if (options === undefined) return reader.refuse(value, TAKES);
    return options.length <= 2046 ? options : reader.problem("Options take at most 2046 bytes.");
  },
};

const nextHeader = uint(0, 8, "Next header. Default: that of the next layer, 59 (none) before bare payload.", {
  names: IP_PROTOCOLS,
  default: ({ after }) => nextProtocol(after, IP_PROTOCOLS["no-next-header"]),
});
const length = uint(8, 8, "Length in units of 8 bytes, the first 8 not counted. Default: computed.");

function optionsHeader(name: string, description: string): LayerFormat {
  return {
    name,
    description,
    size: 2,
    carrier: "ipv6",
    fields: {
      "next-header": nextHeader,
      length,
      options: bytes("Options, filled up with padding options to 8 bytes. Default: padding only.", undefined, OPTIONS),
    },
    tail: optionsWithPadding,
    finish: finishLength,
  };
}

/** Options and Pad1 or PadN up to a multiple of 8 with the two bytes before them (RFC 8200 section 4.2). */
function optionsWithPadding({ options }: Fields): Uint8Array {
  const given = (options as Uint8Array | undefined) ?? new Uint8Array();
  const missing = (14 - (given.length % 8)) % 8;
  const tail = new Uint8Array(given.length + missing);
  tail.set(given);
  if (missing >= 2) tail.set([1, missing - 2], given.length);
  return tail;
}

function finishLength(header: Parameters<NonNullable<LayerFormat["finish"]>>[0]): void {
  header.compute("length", (header.payload - header.start) / 8 - 1);
}

export const HOP_BY_HOP = optionsHeader("hop-by-hop", "IPv6 hop-by-hop options (RFC 8200 section 4.3).");
export const DESTINATION_OPTIONS = optionsHeader(
  "destination-options",
  "IPv6 destination options (RFC 8200 section 4.6).",
);

const SEGMENT_ROUTING = 4;

/** A routing header: types 0 and 2 have 4 reserved bytes and addresses, type 4 is that of segment routing (RFC 8754). */
export const ROUTING: LayerFormat = {
  name: "routing",
  description: "IPv6 routing header (RFC 8200 section 4.4).",
  size: 8,
  carrier: "ipv6",
  fields: {
    "next-header": nextHeader,
    length,
    type: uint(16, 8, "Routing type. Default: 4 (segment routing).", { default: SEGMENT_ROUTING }),
    "segments-left": uint(24, 8, "Addresses still to visit. Default: all; for type 4 all but one.", {
      default: ({ fields }) => Math.max(0, addressCount(fields) - (routingType(fields) === SEGMENT_ROUTING ? 1 : 0)),
    }),
    "last-entry": uint(32, 8, "Type 4: index of the last address. Default: computed.", {
      default: ({ fields }) => (routingType(fields) === SEGMENT_ROUTING ? Math.max(0, addressCount(fields) - 1) : 0),
    }),
    flags: uint(40, 8, "Type 4: flags.", { default: 0 }),
    tag: uint(48, 16, "Type 4: tag.", { default: 0 }),
    addresses: bytes("Addresses in the header's order; for type 4 that is the last one first.", undefined, IPV6_LIST),
  },
  tail: ({ addresses }) => (addresses as Uint8Array | undefined) ?? new Uint8Array(),
  finish: finishLength,
};

function routingType(fields: Fields): number {
  return (fields.type as number | undefined) ?? SEGMENT_ROUTING;
}

function addressCount({ addresses }: Fields): number {
  return ((addresses as Uint8Array | undefined)?.length ?? 0) / 16;
}

/** IPv6's fragment header (RFC 8200 section 4.5). */
export const FRAGMENT: LayerFormat = {
  name: "fragment",
  description: "IPv6 fragment header (RFC 8200 section 4.5).",
  size: 8,
  carrier: "ipv6",
  fields: {
    "next-header": nextHeader,
    reserved: uint(8, 8, "Reserved.", { default: 0 }),
    offset: uint(16, 13, "Where the fragment belongs, in bytes.", { default: 0, unit: 8 }),
    mf: flag(31, "More fragments.", 0),
    id: uint(32, 32, "Identification.", { default: 0 }),
  },
};

/** The address that a packet with this routing header ends at; undefined where it has arrived there (RFC 8200 section 8.1). */
export function finalAddress(fields: Fields): Uint8Array | undefined {
  const addresses = fields.addresses as Uint8Array | undefined;
  if (addresses === undefined || addresses.length === 0 || fields["segments-left"] === 0) return undefined;
  return routingType(fields) === SEGMENT_ROUTING ? addresses.subarray(0, 16) : addresses.subarray(-16);
}
