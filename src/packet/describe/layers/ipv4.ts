import { checksumOf, sum16 } from "../../checksum.ts";
import { IP_PROTOCOLS } from "../../protocol-number.ts";
import { bytes, flag, ipv4Address, uint } from "../fields.ts";
import type { LayerFormat } from "../layer-format.ts";
import { HEX, joined, parseHex, type ValueKind } from "../value-kind.ts";
import { destination4 } from "./destination.ts";
import { nextProtocol } from "./next-header.ts";
import { padded } from "./padded.ts";

/** IP option 20, length 4, value 0: every router looks at the packet (RFC 2113). */
const ROUTER_ALERT = Uint8Array.of(0x94, 4, 0, 0);
const MAX_OPTIONS = 40;

const NAMED: Readonly<Record<string, Uint8Array>> = {
  end: Uint8Array.of(0),
  nop: Uint8Array.of(1),
  "router-alert": ROUTER_ALERT,
};
const TAKES = `options in hexadecimal, one of ${Object.keys(NAMED).join(", ")}, or a list of these`;

/** IP options: hexadecimal, by name, or a list of both. */
const OPTIONS: ValueKind = {
  schema: {
    anyOf: [
      { enum: Object.keys(NAMED) },
      HEX.schema,
      { type: "array", items: { anyOf: [{ enum: Object.keys(NAMED) }, HEX.schema] } },
    ],
  },
  read(value, reader) {
    const one = (item: unknown) =>
      typeof item !== "string" ? undefined : Object.hasOwn(NAMED, item) ? NAMED[item] : parseHex(item);
    const parts = Array.isArray(value)
      ? value.map((item, i) => one(item) ?? reader.at(i).refuse(item, TAKES))
      : [one(value) ?? reader.refuse(value, TAKES)];
    const options = joined(parts);
    if (options === undefined || options.length <= MAX_OPTIONS) return options;
    return reader.problem(`IPv4 options take at most ${MAX_OPTIONS} bytes, not ${options.length}.`);
  },
};

/** An IPv4 header (RFC 791). */
export const IPV4: LayerFormat = {
  name: "ipv4",
  description: "IPv4 header (RFC 791).",
  size: 20,
  fields: {
    version: uint(0, 4, "Version.", { default: 4 }),
    "header-length": uint(4, 4, "Length of the header in units of 4 bytes. Default: computed."),
    tos: uint(8, 8, "Type of service: `dscp` and `ecn` in one.", { default: 0 }),
    dscp: uint(8, 6, "Differentiated services code point (RFC 2474). Default: of `tos`."),
    ecn: uint(14, 2, "Explicit congestion notification (RFC 3168). Default: of `tos`."),
    length: uint(16, 16, "Length of the whole packet in bytes. Default: computed."),
    id: uint(32, 16, "Identification. Default: 0, as Linux has it in packets that are not to be fragmented.", {
      default: 0,
    }),
    reserved: flag(48, "The reserved flag.", 0),
    df: flag(49, "Don't fragment. Default: set, but not in fragments.", ({ fields }) =>
      Number(!fields.mf && !fields.offset),
    ),
    mf: flag(50, "More fragments.", 0),
    offset: uint(51, 13, "Where a fragment belongs, in bytes.", { default: 0, unit: 8 }),
    ttl: uint(64, 8, "Time to live. Default: the sender's; 1 for IGMP.", {
      default: ({ defaults, after }) => (after[0]?.kind === "igmp" ? 1 : defaults.ttl),
    }),
    protocol: uint(72, 8, "Protocol. Default: that of the next layer, 255 (raw) before bare payload.", {
      names: IP_PROTOCOLS,
      default: ({ after }) => nextProtocol(after, IP_PROTOCOLS.raw),
    }),
    checksum: uint(80, 16, "Header checksum. Default: computed."),
    src: ipv4Address(96, "Source. Default: the sender's.", ({ defaults }) => defaults.source4),
    dst: ipv4Address(
      128,
      "Destination. Default: the receiver's; for IGMP the group that the message is for.",
      (around) => destination4(around.after, around.defaults),
    ),
    options: bytes(
      "Options, filled up with zeros to 4 bytes. Default: none; router-alert for IGMP.",
      ({ after }) => (after[0]?.kind === "igmp" ? ROUTER_ALERT : undefined),
      OPTIONS,
    ),
  },
  tail: ({ options }) => padded(options as Uint8Array | undefined, 4),
  finish(header) {
    const { start, payload, end, bytes: packet } = header;
    header.compute("header-length", (payload - start) / 4);
    header.compute("length", end - start);
    // Of as many bytes as the header says that it has, where that can be.
    const told = (packet[start]! & 0xf) * 4;
    const length = told >= 20 && told <= end - start ? told : payload - start;
    header.compute("checksum", checksumOf(sum16(packet, start, length)));
  },
};
