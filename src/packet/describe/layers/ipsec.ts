import { IP_PROTOCOLS } from "../../protocol-number.ts";
import { bytes, uint } from "../fields.ts";
import type { LayerFormat } from "../layer-format.ts";
import { nextProtocol } from "./next-header.ts";
import { padded } from "./padded.ts";

/** ESP's header (RFC 4303); what is encrypted is payload. */
export const ESP: LayerFormat = {
  name: "esp",
  description: "Header of an encapsulating security payload (RFC 4303). What is encrypted is payload.",
  size: 8,
  carrier: "ip",
  fields: {
    spi: uint(0, 32, "Security parameters index.", { default: 256 }),
    seq: uint(32, 32, "Sequence number.", { default: 1 }),
  },
};

/** The authentication header (RFC 4302). */
export const AH: LayerFormat = {
  name: "ah",
  description: "Authentication header (RFC 4302). The integrity check value is not computed.",
  size: 12,
  carrier: "ip",
  fields: {
    "next-header": uint(0, 8, "Next header. Default: that of the next layer, 59 (none) before bare payload.", {
      names: IP_PROTOCOLS,
      default: ({ after }) => nextProtocol(after, IP_PROTOCOLS["no-next-header"]),
    }),
    length: uint(8, 8, "Length in units of 4 bytes, minus 2. Default: computed."),
    reserved: uint(16, 16, "Reserved.", { default: 0 }),
    spi: uint(32, 32, "Security parameters index.", { default: 256 }),
    seq: uint(64, 32, "Sequence number.", { default: 1 }),
    icv: bytes("Integrity check value, filled up with zeros to 4 bytes. Default: 12 zeros.", new Uint8Array(12)),
  },
  tail: ({ icv }) => padded(icv as Uint8Array | undefined, 4),
  finish(header) {
    header.compute("length", (header.payload - header.start) / 4 - 2);
  },
};
