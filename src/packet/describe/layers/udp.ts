import { checksumOf, sum16 } from "../../checksum.ts";
import { IP_PROTOCOLS } from "../../protocol-number.ts";
import { uint } from "../fields.ts";
import type { LayerFormat } from "../layer-format.ts";
import { VXLAN_PORT } from "./vxlan.ts";

const HEADER = 8;

/** UDP (RFC 768). */
export const UDP: LayerFormat = {
  name: "udp",
  description: "UDP (RFC 768).",
  size: HEADER,
  carrier: "ip",
  fields: {
    sport: uint(0, 16, "Source port.", { default: 40000 }),
    dport: uint(16, 16, "Destination port. Default: 4789 for VXLAN, else 9 (discard).", {
      default: ({ after }) => (after[0]?.kind === "vxlan" ? VXLAN_PORT : 9),
    }),
    length: uint(32, 16, "Length of header and payload in bytes. Default: computed."),
    checksum: uint(48, 16, "Checksum; 0 for none. Default: computed."),
  },
  finish({ bytes, start, end, addressSum, value, compute }) {
    compute("length", end - start);
    // Receivers take as many bytes as the header says, where there are so many.
    const told = value("length");
    const length = typeof told === "number" && told >= HEADER && told <= end - start ? told : end - start;
    const checksum = checksumOf(sum16(bytes, start, length, addressSum + IP_PROTOCOLS.udp + length));
    // 0 would say that there is none.
    compute("checksum", checksum === 0 ? 0xffff : checksum);
  },
};
