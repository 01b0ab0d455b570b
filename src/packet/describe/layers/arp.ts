import { ETHERTYPES } from "../../protocol-number.ts";
import { ipv4Address, mac, uint } from "../fields.ts";
import type { LayerFormat } from "../layer-format.ts";

const REQUEST = 1;

/** ARP for IPv4 over Ethernet (RFC 826). */
export const ARP: LayerFormat = {
  name: "arp",
  description: "Address resolution for IPv4 over Ethernet (RFC 826).",
  size: 28,
  carrier: "ether",
  fields: {
    "hardware-type": uint(0, 16, "Hardware type.", { default: 1 }),
    "protocol-type": uint(16, 16, "Ethertype of the protocol.", { default: ETHERTYPES.ipv4, names: ETHERTYPES }),
    "hardware-length": uint(32, 8, "Length of a hardware address in bytes.", { default: 6 }),
    "protocol-length": uint(40, 8, "Length of a protocol address in bytes.", { default: 4 }),
    op: uint(48, 16, "Operation.", {
      default: REQUEST,
      names: {
        request: REQUEST,
        reply: 2,
        "reverse-request": 3,
        "reverse-reply": 4,
        "inverse-request": 8,
        "inverse-reply": 9,
      },
    }),
    sha: mac(64, "Sender's hardware address. Default: the sender's.", ({ defaults }) => defaults.sourceMac),
    spa: ipv4Address(112, "Sender's protocol address. Default: the sender's.", ({ defaults }) => defaults.source4),
    tha: mac(
      144,
      "Target's hardware address. Default: zeros in a request, else the receiver's.",
      ({ defaults, fields }) => ((fields.op ?? REQUEST) === REQUEST ? undefined : defaults.destinationMac),
    ),
    tpa: ipv4Address(
      192,
      "Target's protocol address. Default: the receiver's.",
      ({ defaults }) => defaults.destination4,
    ),
  },
};
