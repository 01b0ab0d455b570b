import type { EncodingDefaults, LayerDescription } from "../description.ts";
import type { Fields } from "../layer-format.ts";
import { icmp6Destination } from "./icmp6-group.ts";
import { igmpDestination } from "./igmp.ts";

/** The destination address that an IP layer gets: its own, that of the group protocol that follows, or the receiver's. */
export function resolvedDestination(
  layer: { readonly kind: string; readonly fields: Fields },
  after: readonly LayerDescription[],
  defaults: EncodingDefaults,
): Uint8Array {
  const given = layer.fields.dst as Uint8Array | undefined;
  if (given !== undefined) return given;
  return layer.kind === "ipv4" ? destination4(after, defaults) : destination6(after, defaults);
}

export function destination4(after: readonly LayerDescription[], defaults: EncodingDefaults): Uint8Array {
  const [next] = after;
  const group = next?.kind === "igmp" ? igmpDestination(next.fields) : undefined;
  return group ?? defaults.destination4 ?? new Uint8Array(4);
}

export function destination6(after: readonly LayerDescription[], defaults: EncodingDefaults): Uint8Array {
  const transport = after.find(({ kind }) => !EXTENSIONS.has(kind));
  const group = transport?.kind === "icmp6" ? icmp6Destination(transport.fields, defaults) : undefined;
  return group ?? defaults.destination6 ?? new Uint8Array(16);
}

/** What may stand between an IPv6 header and its transport. */
export const EXTENSIONS: ReadonlySet<string> = new Set([
  "hop-by-hop",
  "destination-options",
  "routing",
  "fragment",
  "ah",
  "esp",
]);
