import { ETHERTYPES, IP_PROTOCOLS } from "../../protocol-number.ts";
import type { LayerDescription } from "../description.ts";

/** Ethertype that names the first of the layers that follow; undefined for LLC, which a length stands before. */
export function nextEthertype(after: readonly LayerDescription[]): number | undefined {
  const [next, second] = after;
  switch (next?.kind) {
    case "llc":
      return undefined;
    case "vlan":
      // The outer of two tags is a service tag (IEEE 802.1ad).
      return (next.fields.tpid as number | undefined) ?? ETHERTYPES[second?.kind === "vlan" ? "service-vlan" : "vlan"];
    case "ether":
    case "arp":
    case "ipv4":
    case "ipv6":
    case "mpls":
      return ETHERTYPES[next.kind];
    default:
      return ETHERTYPES.experimental;
  }
}

/** IP protocol number that names the first of the layers that follow; `otherwise` for what has none. */
export function nextProtocol(after: readonly LayerDescription[], otherwise: number): number {
  const kind = after[0]?.kind ?? "";
  return Object.hasOwn(IP_PROTOCOLS, kind) ? IP_PROTOCOLS[kind as keyof typeof IP_PROTOCOLS] : otherwise;
}
