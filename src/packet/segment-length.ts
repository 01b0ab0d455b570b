import { GSO } from "./gso-type.ts";
import type { Skb } from "./skb.ts";

const TCP_LENGTH = 12;

/**
 * Bytes from the data to the payload of a packet that will be cut, which each piece has: by where its headers are said to be, not by what
 * they say (qdisc_pkt_len_init, skb_gso_transport_seglen).
 */
export function headersBeforePayload(bytes: Uint8Array, skb: Skb): number {
  const last = skb.encapsulated === 1 ? skb.innerTransportHeader : skb.transportHeader;
  const own = (skb.segmentType & (GSO.tcpv4 | GSO.tcpv6)) === 0 ? 0 : (bytes[last + TCP_LENGTH]! >> 4) * 4;
  return last - skb.data + own;
}

/** Bytes from the network header on of each of them (skb_gso_network_seglen). */
export function lengthOfSegment(bytes: Uint8Array, skb: Skb): number {
  return headersBeforePayload(bytes, skb) - (skb.networkHeader - skb.data) + skb.segmentSize;
}

/** Bytes of the data of a packet, or of the largest packet that it will be cut into (skb_gso_validate_network_len, skb_gso_validate_mac_len). */
export function largestLength(bytes: Uint8Array, skb: Skb): number {
  return skb.segmentSize === 0 ? skb.length : headersBeforePayload(bytes, skb) + skb.segmentSize;
}

/** Bytes that traffic control counts of it: what it will have on the wire, each piece with headers of its own (qdisc_pkt_len_init). */
export function lengthOnWire(bytes: Uint8Array, skb: Skb): number {
  const { length, segmentSize, segmentType } = skb;
  if (segmentSize === 0) return length;
  const headers = headersBeforePayload(bytes, skb);
  if ((segmentType & GSO.dodgy) === 0) return length + (skb.segments - 1) * headers;
  const payload = length - headers;
  return payload <= 0 ? length : length + (Math.ceil(payload / segmentSize) - 1) * headers;
}
