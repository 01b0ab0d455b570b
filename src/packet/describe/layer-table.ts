import type { LayerFormat } from "./layer-format.ts";
import { ARP } from "./layers/arp.ts";
import { ETHER, LLC, MPLS, SNAP, VLAN } from "./layers/ethernet.ts";
import { GRE } from "./layers/gre.ts";
import { ICMP } from "./layers/icmp.ts";
import { ICMP6 } from "./layers/icmp6.ts";
import { IGMP } from "./layers/igmp.ts";
import { AH, ESP } from "./layers/ipsec.ts";
import { IPV4 } from "./layers/ipv4.ts";
import { IPV6 } from "./layers/ipv6.ts";
import { DESTINATION_OPTIONS, FRAGMENT, HOP_BY_HOP, ROUTING } from "./layers/ipv6-extension.ts";
import { PAD, PAYLOAD } from "./layers/payload.ts";
import { SCTP } from "./layers/sctp.ts";
import { TCP } from "./layers/tcp.ts";
import { UDP } from "./layers/udp.ts";
import { VXLAN } from "./layers/vxlan.ts";

/**
 * All layers in their natural order, outermost first: that of the layers of a map, however it orders its keys.
 * Of a group a map can have one; what has more is a list.
 */
export const LAYER_ORDER: readonly (readonly LayerFormat[])[] = [
  [ETHER],
  [VLAN],
  [LLC],
  [SNAP],
  [MPLS],
  [ARP, IPV4, IPV6],
  [HOP_BY_HOP],
  [DESTINATION_OPTIONS],
  [ROUTING],
  [FRAGMENT],
  [AH],
  [ESP],
  [TCP, UDP, ICMP, ICMP6, IGMP, SCTP, GRE],
  [VXLAN],
  [PAYLOAD],
  [PAD],
];

/** Every layer by its name. */
export const LAYERS: ReadonlyMap<string, LayerFormat> = new Map(
  LAYER_ORDER.flat().map((format) => [format.name, format] as const),
);

/** Other names by which descriptions may call a layer. */
export const LAYER_ALIASES: Readonly<Record<string, string>> = { ip: "ipv4" };

/** A layer by one of its names. */
export function findLayer(name: string): LayerFormat | undefined {
  return LAYERS.get(Object.hasOwn(LAYER_ALIASES, name) ? LAYER_ALIASES[name]! : name);
}
