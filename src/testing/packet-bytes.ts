import { NetsimError } from "../errors.ts";
import type { EncodingDefaults, PacketDescription } from "../packet/describe/description.ts";
import { encodePacket } from "../packet/describe/encode.ts";
import { parseHex } from "../packet/describe/value-kind.ts";
import type { BuildContext } from "../topology/build/context.ts";
import { readLayers } from "../topology/build/packets.ts";
import { exact, type YamlValue } from "../topology/yaml/value.ts";

/** Addresses of packets that do not say theirs: TEST-NET-1 (RFC 5737), 2001:db8::/32 (RFC 3849), locally administered MACs. */
export const PACKET_DEFAULTS: EncodingDefaults = {
  ttl: 64,
  sourceMac: Uint8Array.of(2, 0, 0, 0, 0, 1),
  destinationMac: Uint8Array.of(2, 0, 0, 0, 0, 2),
  source4: Uint8Array.of(192, 0, 2, 1),
  destination4: Uint8Array.of(192, 0, 2, 2),
  source6: Uint8Array.of(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
  destination6: Uint8Array.of(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2),
};

/** The bytes of a case's packet, from the link-layer header: a packet that begins with IP gets an Ethernet header. */
export function packetBytes(context: BuildContext, value: YamlValue): Uint8Array | undefined {
  if (value.kind === "scalar") {
    // What is empty the schema has told.
    if (value.value === "") return undefined;
    const bytes = typeof value.value === "string" ? parseHex(value.value) : undefined;
    if (bytes !== undefined && bytes.length > 0) return bytes;
    return context.problem(
      "bad-packet",
      value.span,
      `'${value.source}' is not a packet in hexadecimal.`,
      "Write two digits for each byte, or the packet's layers: `{ ipv4: {}, tcp: { dport: 22 } }`.",
    );
  }
  const description = readLayers(context, value, exact(value) as Record<string, unknown>, value.kind === "list");
  return description && encoded(context, value, description);
}

function encoded(context: BuildContext, { span }: YamlValue, description: PacketDescription): Uint8Array | undefined {
  try {
    const { bytes, begins } = encodePacket(description, PACKET_DEFAULTS);
    if (begins === "ether") return bytes;
    return encodePacket({ layers: [{ kind: "ether", fields: {} }, ...description.layers] }, PACKET_DEFAULTS).bytes;
  } catch (error) {
    if (!(error instanceof NetsimError)) throw error;
    for (const { message, hint } of error.diagnostics) context.problem("bad-packet", span, message, hint);
    return undefined;
  }
}
