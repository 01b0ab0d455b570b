import type { LayerDescription } from "../../packet/describe/description.ts";
import { encodePacket } from "../../packet/describe/encode.ts";
import { PACKET_DEFAULTS } from "../../testing/packet-bytes.ts";
import type { PacketAt } from "../../testing/program-bench.ts";

const LINKTYPE_ETHERNET = 1;
const layer = (kind: string, fields: LayerDescription["fields"] = {}): LayerDescription => ({ kind, fields });
const payload = layer("payload", { text: new TextEncoder().encode("netsim netsim netsim netsim netsim!") });

/** Packets that programs tend to treat differently, where nobody gives others. */
const SAMPLES: readonly (readonly LayerDescription[])[] = [
  [layer("ipv4"), layer("tcp", { sport: 40_000, dport: 22 }), payload],
  [layer("ipv4"), layer("tcp", { sport: 40_000, dport: 80 }), payload],
  [layer("ipv4"), layer("udp", { sport: 40_000, dport: 53 }), payload],
  [layer("ipv4"), layer("icmp"), payload],
  [layer("ipv6"), layer("tcp", { sport: 40_000, dport: 22 }), payload],
  [layer("ipv6"), layer("udp", { sport: 40_000, dport: 53 }), payload],
  [layer("arp")],
  [layer("vlan", { id: 100 }), layer("ipv4"), layer("tcp", { sport: 40_000, dport: 22 }), payload],
];
/** Bytes that are left of a frame which was cut off inside its IP header. */
const CUT = 20;

/** The built-in packets, the last of them cut off. */
export function samplePackets(): PacketAt[] {
  const whole = SAMPLES.map((layers) => encodePacket({ layers: [layer("ether"), ...layers] }, PACKET_DEFAULTS).bytes);
  return [...whole, whole[0]!.slice(0, CUT)].map((bytes) => ({
    bytes,
    start: 0,
    length: bytes.length,
    linkType: LINKTYPE_ETHERNET,
  }));
}
