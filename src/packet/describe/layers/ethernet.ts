import { ETHERTYPES } from "../../protocol-number.ts";
import type { EncodingDefaults, LayerDescription } from "../description.ts";
import { flag, mac, uint } from "../fields.ts";
import type { LayerFormat, PlacedHeader } from "../layer-format.ts";
import { resolvedDestination } from "./destination.ts";
import { nextEthertype } from "./next-header.ts";

const BROADCAST = new Uint8Array(6).fill(0xff);

const next = {
  names: ETHERTYPES,
  default: ({ after }: { readonly after: readonly LayerDescription[] }) => nextEthertype(after),
};
const NEXT = "Default: that of the next layer; 0x88b5 (experimental) before bare payload, the length before LLC.";

/** Above it the field is a type. */
const MAX_LENGTH = 1500;

/** LLC has a length where other frames have a type (IEEE 802.3). */
function finishType(header: PlacedHeader): void {
  if (header.after[0]?.kind === "llc") header.compute("type", header.end - header.payload, MAX_LENGTH);
}

/** An Ethernet header (IEEE 802.3). */
export const ETHER: LayerFormat = {
  name: "ether",
  description: "Ethernet header. A packet that begins with it is a whole frame and is not routed.",
  size: 14,
  fields: {
    dst: mac(
      0,
      "Destination. Default: of an IP multicast or broadcast address its MAC address; of an ARP request the broadcast address; else the receiver's.",
      ({ defaults, after }) => destinationMac(defaults, after),
    ),
    src: mac(48, "Source. Default: the sender's.", ({ defaults }) => defaults.sourceMac),
    type: uint(96, 16, `Ethertype. ${NEXT}`, next),
  },
  finish: finishType,
};

/** A VLAN tag (IEEE 802.1Q); its TPID stands in the type field of the header before it. */
export const VLAN: LayerFormat = {
  name: "vlan",
  description: "VLAN tag (IEEE 802.1Q). A list of them is QinQ, outermost first.",
  size: 4,
  carrier: "ether",
  repeats: true,
  fields: {
    tpid: uint(undefined, 16, "Tag protocol. Default: 0x8100; 0x88a8 (IEEE 802.1ad) for a tag before another tag."),
    priority: uint(0, 3, "Priority code point.", { default: 0 }),
    dei: flag(3, "Drop eligible indicator.", 0),
    id: uint(4, 12, "VLAN identifier.", { default: 1 }),
    type: uint(16, 16, `Ethertype of what follows. ${NEXT}`, next),
  },
  finish: finishType,
};

/** An MPLS label stack entry (RFC 3032). */
export const MPLS: LayerFormat = {
  name: "mpls",
  description: "MPLS label stack entry (RFC 3032). A list of them is a stack, outermost first.",
  size: 4,
  carrier: "ether",
  repeats: true,
  fields: {
    label: uint(0, 20, "Label.", { default: 16 }),
    tc: uint(20, 3, "Traffic class (RFC 5462).", { default: 0 }),
    s: flag(23, "Bottom of stack. Default: set where no other entry follows.", ({ after }) =>
      Number(after[0]?.kind !== "mpls"),
    ),
    ttl: uint(24, 8, "Time to live. Default: the sender's.", { default: ({ defaults }) => defaults.ttl }),
  },
};

const SNAP_SAP = 0xaa;
const sap = ({ after }: { readonly after: readonly LayerDescription[] }) => (after[0]?.kind === "snap" ? SNAP_SAP : 0);

/** Logical link control with a control field of one byte (IEEE 802.2). */
export const LLC: LayerFormat = {
  name: "llc",
  description: "Logical link control (IEEE 802.2).",
  size: 3,
  carrier: "ether",
  fields: {
    dsap: uint(0, 8, "Destination service access point. Default: 0xaa before SNAP, else 0.", { default: sap }),
    ssap: uint(8, 8, "Source service access point. Default: as `dsap`.", { default: sap }),
    control: uint(16, 8, "Control. Default: unnumbered information.", { default: 3 }),
  },
};

/** The subnetwork access protocol's header behind LLC (IEEE 802). */
export const SNAP: LayerFormat = {
  name: "snap",
  description: "Subnetwork access protocol; `llc` comes before it.",
  size: 5,
  carrier: "llc",
  fields: {
    oui: uint(0, 24, "Organization. Default: 0, so that `type` is an ethertype.", { default: 0 }),
    type: uint(24, 16, "Protocol. Default: ethertype of the next layer.", next),
  },
};

function destinationMac(defaults: EncodingDefaults, after: readonly LayerDescription[]): Uint8Array {
  const network = after.findIndex(({ kind }) => kind === "arp" || kind === "ipv4" || kind === "ipv6");
  const layer = after[network];
  const unicast = defaults.destinationMac ?? BROADCAST;
  if (layer === undefined) return unicast;
  if (layer.kind === "arp") return (layer.fields.op ?? 1) === 1 ? BROADCAST : unicast;
  return groupMac(resolvedDestination(layer, after.slice(network + 1), defaults)) ?? unicast;
}

/** The MAC address that an IP multicast or broadcast address is sent to (RFC 1112 section 6.4, RFC 2464 section 7). */
function groupMac(address: Uint8Array): Uint8Array | undefined {
  if (address.length === 16)
    return address[0] === 0xff ? Uint8Array.of(0x33, 0x33, ...address.subarray(12)) : undefined;
  if (address.every((byte) => byte === 0xff)) return BROADCAST;
  if (address[0]! >>> 4 !== 0xe) return undefined;
  return Uint8Array.of(0x01, 0x00, 0x5e, address[1]! & 0x7f, address[2]!, address[3]!);
}
