import { GSO } from "../../../packet/gso-type.ts";
import type { Skb } from "../../../packet/skb.ts";

const TCP = GSO.tcpv4 | GSO.tcpv6;
/** A size that says where the segments begin otherwise, and is left alone (GSO_BY_FRAGS). */
const BY_FRAGMENTS = 0xffff;

/** Will it be segments of TCP (skb_is_gso_tcp)? */
export function isTcp({ segmentType }: Skb): boolean {
  return (segmentType & TCP) !== 0;
}

/** Can headers of a packet of many segments grow or shrink? Of datagrams only where each keeps its length (bpf_skb_net_grow, bpf_skb_net_shrink). */
export function mayResize(skb: Skb, isFixed: boolean): boolean {
  return skb.segmentSize === 0 || isTcp(skb) || (isFixed && (skb.segmentType & GSO.udpL4) !== 0);
}

/**
 * Its headers have grown: each segment holds so much less, unless that is fixed. Who sends it is to look at the headers, and to count.
 * @param growth bytes; negative: they have shrunk.
 * @param tunnel GSO: what it is in from now on.
 */
export function headersResized(skb: Skb, growth: number, isFixed: boolean, tunnel: number): void {
  if (skb.segmentSize === 0) return;
  skb.segmentType |= GSO.dodgy | tunnel;
  skb.segments = 0;
  if (!isFixed && skb.segmentSize !== BY_FRAGMENTS) skb.segmentSize = (skb.segmentSize - growth) & 0xffff;
}

/** It has become a packet of that version of IP (bpf_skb_proto_4_to_6, bpf_skb_proto_6_to_4). */
export function versionChanged(skb: Skb, family: 4 | 6): void {
  if (skb.segmentSize === 0) return;
  const [from, to] = family === 6 ? [GSO.tcpv4, GSO.tcpv6] : [GSO.tcpv6, GSO.tcpv4];
  if ((skb.segmentType & from) !== 0) skb.segmentType = (skb.segmentType & ~from) | to;
  skb.segmentType |= GSO.dodgy;
}

/** It is one packet from now on (skb_gso_reset). */
export function forgetSegments(skb: Skb): void {
  if (skb.segmentSize === 0) return;
  skb.segmentSize = 0;
  skb.segments = 0;
  skb.segmentType = 0;
}
