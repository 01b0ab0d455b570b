import type { Skb } from "../../packet/skb.ts";
import { get16 } from "../../packet/wire.ts";
import { ETH_P_IP, ETH_P_IPV6, ETHERNET_HEADER, isVlan } from "../ethernet-frame.ts";
import { IPV4_HEADER, IPV6_HEADER } from "../ip/header.ts";

const TCP = 6;
const TCP_HEADER = 20;
const IPIP = 4;
const IPV6_IN_IP = 41;
const VLAN_TAG = 4;
/** Extension headers of IPv6 that may come before: hop-by-hop options, routing, destination options. */
const EXTENSIONS: readonly number[] = [0, 43, 60];

/** A header with a length of its own. */
export interface Layer {
  /** Where it begins, counted from the data. */
  readonly at: number;
  /** Version of IP; undefined: UDP. */
  readonly family: 4 | 6 | undefined;
  /** Bytes of it. */
  readonly header: number;
}

/** The headers of a TCP packet, through what it is in. */
export interface Headers {
  readonly layers: readonly Layer[];
  /** Where the TCP header and its payload begin, counted from the data. */
  readonly tcp: number;
  readonly payload: number;
}

/** Reads headers from the network header on; undefined: it is no TCP, or not all of its headers are there. */
export function readHeaders(bytes: Uint8Array, skb: Skb): Headers | undefined {
  const { data, length } = skb;
  const layers: Layer[] = [];
  let type = skb.protocol;
  // Tags in the bytes stand before the network header for some, behind it for others.
  let at = isVlan(type) ? ETHERNET_HEADER : skb.networkHeader - data;
  for (; isVlan(type) && at + VLAN_TAG <= length; at += VLAN_TAG) type = get16(bytes, data + at + 2);
  let next: number | undefined;
  while (next !== TCP) {
    const start = data + at;
    if (at + IPV4_HEADER > length) return undefined;
    if (type === ETH_P_IP) {
      const header = (bytes[start]! & 15) * 4;
      layers.push({ at, family: 4, header });
      next = bytes[start + 9]!;
      at += header;
    } else if (type === ETH_P_IPV6) {
      layers.push({ at, family: 6, header: IPV6_HEADER });
      next = bytes[start + 6]!;
      at += IPV6_HEADER;
      while (EXTENSIONS.includes(next) && at + 8 <= length) {
        next = bytes[data + at]!;
        at += 8 + bytes[data + at + 1]! * 8;
      }
    } else return undefined;
    if (next === IPIP) type = ETH_P_IP;
    else if (next === IPV6_IN_IP) type = ETH_P_IPV6;
    else if (next !== TCP) return undefined;
  }
  if (at + TCP_HEADER > length) return undefined;
  const payload = at + (bytes[data + at + 12]! >> 4) * 4;
  return payload < at + TCP_HEADER || payload > length ? undefined : { layers, tcp: at, payload };
}
