import { checksumOf, sum16 } from "../../checksum.ts";
import { ICMP_CODES, ICMP_TYPES } from "../../message-type.ts";
import { field, ipv4Address, uint } from "../fields.ts";
import type { LayerFormat } from "../layer-format.ts";
import { codeOf } from "./icmp-code.ts";

const ECHO_REQUEST = ICMP_TYPES["echo-request"];

/** ICMP (RFC 792); what an error quotes are the layers that follow. */
export const ICMP: LayerFormat = {
  name: "icmp",
  description: "ICMP (RFC 792). What an error message quotes are the layers behind it.",
  size: 8,
  carrier: "ipv4",
  fields: {
    type: uint(0, 8, "Type.", { default: ECHO_REQUEST, names: ICMP_TYPES }),
    code: field(codeOf(ICMP_CODES, ECHO_REQUEST), 8, 8, "Code, by number or as the type names it.", 0),
    checksum: uint(16, 16, "Checksum. Default: computed."),
    rest: uint(32, 32, "Bytes 4 to 7 as one number, for the types whose fields are not here.", { default: 0 }),
    id: uint(32, 16, "Identifier of an echo."),
    seq: uint(48, 16, "Sequence number of an echo."),
    gateway: ipv4Address(32, "Where a redirect points."),
    pointer: uint(32, 8, "Offset of a parameter problem."),
    mtu: uint(48, 16, "MTU of the next hop where fragmentation is needed (RFC 1191)."),
  },
  finish({ bytes, start, end, compute }) {
    compute("checksum", checksumOf(sum16(bytes, start, end - start)));
  },
};
