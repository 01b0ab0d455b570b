import type { EncodingDefaults, LayerDescription } from "./description.ts";
import { LAYERS } from "./layer-table.ts";
import { EXTENSIONS } from "./layers/destination.ts";

/** The layers with those before them that they cannot do without: `ether` before `arp`, `ipv4` or `ipv6` before `tcp`, `udp` before `vxlan`, ... */
export function withImpliedLayers(
  layers: readonly LayerDescription[],
  defaults: EncodingDefaults,
): readonly LayerDescription[] {
  const done: LayerDescription[] = [];
  const push = (layer: LayerDescription, rest: readonly LayerDescription[]) => {
    const carrier = missingCarrier(layer.kind, done.at(-1)?.kind);
    if (carrier === "ip") push({ kind: ipVersion(rest, defaults), fields: {} }, rest);
    else if (carrier !== undefined) push({ kind: carrier, fields: {} }, rest);
    done.push(layer);
  };
  for (const [i, layer] of layers.entries()) push(layer, layers.slice(i));
  return done;
}

/** Layers that carry network layers, so that a transport does not follow them at once. */
const BELOW_IP = new Set(["ether", "vlan", "llc", "snap", "mpls", "gre", "vxlan"]);

/** The layer to put between `kind` and the one before it, if any. */
function missingCarrier(kind: string, before: string | undefined): string | undefined {
  const carrier = LAYERS.get(kind)?.carrier;
  const isLink = carrier === "ether" || kind === "ipv4" || kind === "ipv6";
  // A frame begins in VXLAN, and a packet that is not routed begins with one.
  if (isLink) return before === "vxlan" || (before === undefined && carrier === "ether") ? "ether" : undefined;
  if (carrier === "llc") return before === "llc" ? undefined : "llc";
  if (carrier === "udp") {
    const needsUdp = before === undefined || BELOW_IP.has(before) || EXTENSIONS.has(before) || before.startsWith("ipv");
    return needsUdp ? "udp" : undefined;
  }
  return before === undefined || BELOW_IP.has(before) ? carrier : undefined;
}

/** The version that one of the layers up to the next IP header or tunnel needs; else that of the default addresses, 4 where both or none are there. */
function ipVersion(rest: readonly LayerDescription[], defaults: EncodingDefaults): "ipv4" | "ipv6" {
  for (const { kind } of rest) {
    if (kind === "ipv4" || kind === "ipv6") break;
    const carrier = LAYERS.get(kind)?.carrier;
    if (carrier === "ipv4" || carrier === "ipv6") return carrier;
    // What is in a tunnel says nothing of what is outside.
    if (BELOW_IP.has(kind)) break;
  }
  const known = (...addresses: (Uint8Array | undefined)[]) => addresses.filter(Boolean).length;
  const { source4, destination4, source6, destination6 } = defaults;
  return known(source6, destination6) > known(source4, destination4) ? "ipv6" : "ipv4";
}
