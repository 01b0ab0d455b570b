import { IP_PROTOCOLS } from "../../protocol-number.ts";
import { ipv6Address, uint } from "../fields.ts";
import type { LayerFormat } from "../layer-format.ts";
import { destination6, EXTENSIONS } from "./destination.ts";
import { icmp6HopLimit } from "./icmp6-group.ts";
import { nextProtocol } from "./next-header.ts";

/** An IPv6 header (RFC 8200); its extension headers are layers of their own. */
export const IPV6: LayerFormat = {
  name: "ipv6",
  description: "IPv6 header (RFC 8200). Extension headers are layers of their own.",
  size: 40,
  fields: {
    version: uint(0, 4, "Version.", { default: 6 }),
    "traffic-class": uint(4, 8, "Traffic class: `dscp` and `ecn` in one.", { default: 0 }),
    dscp: uint(4, 6, "Differentiated services code point (RFC 2474). Default: of `traffic-class`."),
    ecn: uint(10, 2, "Explicit congestion notification (RFC 3168). Default: of `traffic-class`."),
    "flow-label": uint(12, 20, "Flow label (RFC 6437).", { default: 0 }),
    length: uint(32, 16, "Length of what follows in bytes. Default: computed."),
    "next-header": uint(48, 8, "Next header. Default: that of the next layer, 59 (none) before bare payload.", {
      names: IP_PROTOCOLS,
      default: ({ after }) => nextProtocol(after, IP_PROTOCOLS["no-next-header"]),
    }),
    "hop-limit": uint(56, 8, "Hop limit. Default: the sender's; 255 for neighbour discovery, 1 for MLD.", {
      default({ defaults, after }) {
        const transport = after.find(({ kind }) => !EXTENSIONS.has(kind));
        return (transport?.kind === "icmp6" ? icmp6HopLimit(transport.fields) : undefined) ?? defaults.ttl;
      },
    }),
    src: ipv6Address(64, "Source. Default: the sender's.", ({ defaults }) => defaults.source6),
    dst: ipv6Address(
      192,
      "Destination. Default: the receiver's; for neighbour discovery and MLD the group that the message is for.",
      (around) => destination6(around.after, around.defaults),
    ),
  },
  finish(header) {
    header.compute("length", header.end - header.payload);
  },
};
