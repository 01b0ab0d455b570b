import { checksumOf, sum16 } from "../../packet/checksum.ts";
import type { DropReason } from "../../packet/drop-reason.ts";
import { needsNoCheck } from "../../packet/partial-checksum.ts";
import type { Skb } from "../../packet/skb.ts";
import { TUNNEL } from "../../packet/tunnel-info.ts";
import { get16, get32, sameBytes } from "../../packet/wire.ts";
import { ETHERNET_HEADER } from "../ethernet-frame.ts";
import type { Host } from "../host.ts";
import type { Interface } from "../interface.ts";
import { IP_DF } from "../ip/header.ts";
import type { World } from "../world.ts";
import { decapsulate } from "./ecn.ts";
import type { TunnelDevice } from "./tunnel-device.ts";
import { ETH_P_TEB, GRE, GRE_CSUM, GRE_KEY, GRE_SEQUENCE, TUNNEL_HEADER, UDP_HEADER, unwrapped } from "./wrap.ts";

const VXLAN_HAS_VNI = 0x0800_0000;
const NO_OPTIONS = new Uint8Array();

/** What a tunnel's header says, and where the frame in it begins. */
interface Found {
  readonly id: number;
  readonly flags: number;
  readonly options: Uint8Array;
  readonly inner: number;
}

/** Takes packets for a host's tunnel devices out of their headers, and has the frames come in there, with what programs read of the way (vxlan_rcv, geneve_rx, __ipgre_rcv). */
export class TunnelInput {
  private readonly world: World;

  constructor(tunnels: readonly TunnelDevice[], host: Host, world: World) {
    this.world = world;
    for (const { model, device } of tunnels) {
      const receive = (outer: Interface, skb: Skb, family: 4 | 6) =>
        this.receive(device, model.type, outer, skb, family);
      if (model.type === "gretap") host.ip.protocols.set(GRE, receive);
      else host.ip.udp.encapsulations.set(model.destinationPort, receive);
    }
  }

  private receive(
    device: Interface,
    type: TunnelDevice["model"]["type"],
    outer: Interface,
    skb: Skb,
    family: 4 | 6,
  ): void {
    const found = type === "gretap" ? this.readGre(skb, family) : this.readUdp(skb, type);
    const reason = typeof found === "string" ? found : this.enter(device, skb, family, found);
    if (reason === undefined) device.inject(skb);
    else this.world.ledger.drop(skb, typeof found === "string" ? outer.label : device.label, reason);
  }

  private readUdp(skb: Skb, type: "vxlan" | "geneve"): Found | DropReason {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    const header = at + UDP_HEADER;
    const rest = skb.data + skb.length - header;
    if (rest < TUNNEL_HEADER) return "PKT_TOO_SMALL";
    const first = get32(bytes, header);
    const second = get32(bytes, header + 4);
    const flags = TUNNEL.key | (get16(bytes, at + 6) === 0 ? 0 : TUNNEL.checksum);
    // Bits that say nothing are not to be set, but for the last eight of Geneve.
    if (type === "vxlan")
      return first === VXLAN_HAS_VNI && (second & 0xff) === 0
        ? { id: second >>> 8, flags, options: NO_OPTIONS, inner: header + TUNNEL_HEADER }
        : "VXLAN_INVALID_HDR";
    const length = ((first >>> 24) & 0x3f) * 4;
    if (first >>> 30 !== 0 || (first & 0xffff) !== ETH_P_TEB) return "TUNNEL_MALFORMED";
    if (rest < TUNNEL_HEADER + length) return "PKT_TOO_SMALL";
    const inner = header + TUNNEL_HEADER + length;
    const options = bytes.slice(header + TUNNEL_HEADER, inner);
    return { id: second >>> 8, flags: length === 0 ? flags : flags | TUNNEL.geneveOptions, options, inner };
  }

  private readGre(skb: Skb, family: 4 | 6): Found | DropReason {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    const rest = skb.data + skb.length - at;
    if (family !== 4) return "IP_NOPROTO";
    const said = rest >= 4 ? get16(bytes, at) : 0;
    const hasChecksum = (said & GRE_CSUM) !== 0;
    const hasKey = (said & GRE_KEY) !== 0;
    const keyAt = at + (hasChecksum ? 8 : 4);
    const inner = keyAt + (hasKey ? 4 : 0) + ((said & GRE_SEQUENCE) === 0 ? 0 : 4);
    if (rest < inner - at) return "PKT_TOO_SMALL";
    const isRight = !hasChecksum || needsNoCheck(skb) || checksumOf(sum16(bytes, at, rest)) === 0;
    if (!isRight || (said & ~(GRE_CSUM | GRE_KEY | GRE_SEQUENCE)) !== 0 || get16(bytes, at + 2) !== ETH_P_TEB)
      return "TUNNEL_MALFORMED";
    const flags = (hasChecksum ? TUNNEL.checksum : 0) | (hasKey ? TUNNEL.key : 0);
    return { id: hasKey ? get32(bytes, keyAt) : 0, flags, options: NO_OPTIONS, inner };
  }

  /** Takes the headers off, and notes what they said; or why the frame is dropped. */
  private enter(device: Interface, skb: Skb, family: 4 | 6, found: Found): DropReason | undefined {
    const { bytes } = this.world.store;
    const { inner } = found;
    const outer = skb.data;
    if (outer + skb.length - inner < ETHERNET_HEADER) return "PKT_TOO_SMALL";
    const [source, length] = family === 4 ? [outer + 12, 4] : [outer + 8, 16];
    const tos = family === 4 ? bytes[outer + 1]! : (get16(bytes, outer) >> 4) & 0xff;
    skb.tunnel = {
      family,
      mode: "receive",
      id: BigInt(found.id),
      source: bytes.slice(source, source + length),
      destination: bytes.slice(source + length, source + 2 * length),
      tos,
      ttl: bytes[outer + (family === 4 ? 8 : 7)]!,
      label: family === 4 ? 0 : get32(bytes, outer) & 0xf_ffff,
      flags: family === 4 && (get16(bytes, outer + 6) & IP_DF) !== 0 ? found.flags | TUNNEL.dontFragment : found.flags,
      options: found.options,
    };
    skb.length -= inner - outer;
    skb.originalLength = skb.length;
    skb.dataLength = Math.min(skb.dataLength, skb.length);
    skb.data = inner;
    skb.macHeader = inner;
    skb.networkHeader = inner + ETHERNET_HEADER;
    skb.transportHeader = skb.networkHeader;
    skb.protocol = get16(bytes, inner + 12);
    skb.hash = 0;
    skb.queue = 0;
    skb.socket = undefined;
    skb.checksumLevel = Math.max(0, skb.checksumLevel - 1);
    unwrapped(skb);
    if (sameBytes(bytes, inner + 6, device.mac, 0, 6)) return "LOCAL_MAC";
    return decapsulate(bytes, skb, tos) ? undefined : "IP_TUNNEL_ECN";
  }
}
