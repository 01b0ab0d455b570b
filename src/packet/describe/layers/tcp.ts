import { checksumOf, sum16 } from "../../checksum.ts";
import { TCP_FLAG } from "../../message-type.ts";
import { IP_PROTOCOLS } from "../../protocol-number.ts";
import { bytes, field, uint } from "../fields.ts";
import type { LayerFormat } from "../layer-format.ts";
import { padded } from "./padded.ts";
import { TCP_FLAGS } from "./tcp-flags.ts";
import { TCP_OPTIONS } from "./tcp-options.ts";

/** TCP (RFC 9293). */
export const TCP: LayerFormat = {
  name: "tcp",
  description: "TCP (RFC 9293).",
  size: 20,
  carrier: "ip",
  fields: {
    sport: uint(0, 16, "Source port.", { default: 40000 }),
    dport: uint(16, 16, "Destination port.", { default: 80 }),
    seq: uint(32, 32, "Sequence number.", { default: 0 }),
    ack: uint(64, 32, "Acknowledgement number.", { default: 0 }),
    "data-offset": uint(96, 4, "Length of the header in units of 4 bytes. Default: computed."),
    reserved: uint(100, 3, "Reserved bits.", { default: 0 }),
    flags: field(
      TCP_FLAGS,
      103,
      9,
      "Flags: letters (SA), a list (syn, ack) or a number. Default: ack where `ack` is given, else syn.",
      ({ fields }) => (fields.ack === undefined ? TCP_FLAG.syn : TCP_FLAG.ack),
    ),
    window: uint(112, 16, "Window. Default: what Linux offers in its first segment.", { default: 64240 }),
    checksum: uint(128, 16, "Checksum. Default: computed."),
    urgent: uint(144, 16, "Urgent pointer.", { default: 0 }),
    options: bytes("Options, filled up with zeros to 4 bytes. Default: none.", undefined, TCP_OPTIONS),
  },
  tail: ({ options }) => padded(options as Uint8Array | undefined, 4),
  finish({ bytes, start, payload, end, addressSum, compute }) {
    compute("data-offset", (payload - start) / 4);
    const length = end - start;
    compute("checksum", checksumOf(sum16(bytes, start, length, addressSum + IP_PROTOCOLS.tcp + length)));
  },
};
