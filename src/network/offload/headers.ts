import { GSO } from "../../packet/gso-type.ts";
import type { Skb } from "../../packet/skb.ts";
import { get16 } from "../../packet/wire.ts";
import { ETH_P_IP, ETH_P_IPV6, ETHERNET_HEADER, isVlan } from "../ethernet-frame.ts";
import { IPV4_HEADER, IPV6_HEADER } from "../ip/header.ts";

const TCP = 6;
const TCP_HEADER = 20;
const UDP = 17;
const UDP_HEADER = 8;
const GRE = 47;
const GRE_HEADER = 4;
const IPIP = 4;
const IPV6_IN_IP = 41;
const VLAN_TAG = 4;
/** Extension headers of IPv6 that may come before: hop-by-hop options, routing, destination options. */
const EXTENSIONS: readonly number[] = [0, 43, 60];

/** A header with a length, a number or a checksum of its own. */
export interface Layer {
  /** Where it begins, counted from the data. */
  readonly at: number;
  /** A version of IP, or what the tunnel is made of. */
  readonly kind: 4 | 6 | "udp" | "gre";
  /** Bytes of it; of a tunnel up to the IP header in it. */
  readonly header: number;
}

/** The headers of a TCP packet, through what it is in. */
export interface Headers {
  readonly layers: readonly Layer[];
  /** Version of the IP that TCP is in. */
  readonly family: 4 | 6;
  /** Where the TCP header and its payload begin, counted from the data. */
  readonly tcp: number;
  readonly payload: number;
}

/**
 * Reads the headers of a packet that is to be cut, from the network header on, as far as what is known of it agrees with what they say
 * (inet_gso_segment, ipv6_gso_segment and those behind them); undefined: it cannot be cut.
 */
export function readHeaders(bytes: Uint8Array, skb: Skb): Headers | undefined {
  const { data, length, segmentType } = skb;
  const layers: Layer[] = [];
  let type = skb.protocol;
  let isInTunnel = skb.encapsulated === 1;
  // Tags in the bytes stand before the network header for some, behind it for others.
  let at = isVlan(type) ? ETHERNET_HEADER : skb.networkHeader - data;
  for (; isVlan(type) && at + VLAN_TAG <= length; at += VLAN_TAG) type = get16(bytes, data + at + 2);
  for (;;) {
    const start = data + at;
    const family = type === ETH_P_IP ? 4 : type === ETH_P_IPV6 ? 6 : undefined;
    const header = family === 4 ? (bytes[start]! & 15) * 4 : IPV6_HEADER;
    if (family === undefined || header < IPV4_HEADER || at + header > length) return undefined;
    layers.push({ at, kind: family, header });
    at += header;
    let next = bytes[start + (family === 4 ? 9 : 6)]!;
    while (family === 6 && EXTENSIONS.includes(next) && at + 8 <= length) {
      next = bytes[data + at]!;
      at += 8 + bytes[data + at + 1]! * 8;
    }
    if (next === TCP) {
      if ((segmentType & (family === 4 ? GSO.tcpv4 : GSO.tcpv6)) === 0 || at + TCP_HEADER > length) return undefined;
      const payload = at + (bytes[data + at + 12]! >> 4) * 4;
      return payload < at + TCP_HEADER || payload > length ? undefined : { layers, family, tcp: at, payload };
    }
    if (next === IPIP || next === IPV6_IN_IP) {
      if ((segmentType & (family === 4 ? GSO.ipip4 : GSO.ipip6)) === 0) return undefined;
      type = next === IPIP ? ETH_P_IP : ETH_P_IPV6;
      continue;
    }
    const kind = next === UDP ? "udp" : next === GRE ? "gre" : undefined;
    const inner = skb.innerNetworkHeader - data;
    if (kind === undefined || !isInTunnel || inner < at + (kind === "udp" ? UDP_HEADER : GRE_HEADER)) return undefined;
    if (kind === "udp" && (segmentType & (GSO.udpTunnel | GSO.udpTunnelChecksum)) === 0) return undefined;
    layers.push({ at, kind, header: inner - at });
    isInTunnel = false;
    at = inner;
    type = bytes[data + at]! >> 4 === 4 ? ETH_P_IP : ETH_P_IPV6;
  }
}
