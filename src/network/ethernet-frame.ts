import { PACKET_BROADCAST, PACKET_HOST, PACKET_MULTICAST, PACKET_OTHERHOST, type Skb } from "../packet/skb.ts";
import type { SkbPool } from "../packet/skb-pool.ts";
import { get16, sameBytes, set16 } from "../packet/wire.ts";

/* How a host reads the link layer of what it gets (net/ethernet/eth.c, net/core/skbuff.c). */

export const ETHERNET_HEADER = 14;
export const ETH_P_IP = 0x0800;
export const ETH_P_ARP = 0x0806;
export const ETH_P_IPV6 = 0x86dd;
const ETH_P_8021Q = 0x8100;
const ETH_P_8021AD = 0x88a8;
/** What skb->protocol holds for Novell's and for IEEE 802.2 frames. */
const ETH_P_802_3 = 1;
const ETH_P_802_2 = 4;
/** Lowest value of the type field that is an ethertype and not a length (ETH_P_802_3_MIN). */
const FIRST_ETHERTYPE = 0x0600;
/** LINKTYPE_ETHERNET and LINKTYPE_RAW, whose packets a host's protocols understand. */
export const LINKTYPE_ETHERNET = 1;
const LINKTYPE_RAW = 101;
const VLAN_TAG = 4;
/** The bits of a tag that name the VLAN; the others are a priority. */
export const VLAN_ID = 0xfff;
/** An Ethernet header with a tag (VLAN_ETH_HLEN). */
export const TAGGED_HEADER = ETHERNET_HEADER + VLAN_TAG;
/** Shortest frame whose tag is taken out on the way up from a device: the tag, and two bytes behind it. */
export const SHORTEST_TAGGED = ETHERNET_HEADER + VLAN_TAG + 2;

/** Whom a frame to the address at `at` is for (eth_type_trans). */
export function packetType(bytes: Uint8Array, at: number, mac: Uint8Array): number {
  if ((bytes[at]! & 1) === 0) return sameBytes(bytes, at, mac, 0, 6) ? PACKET_HOST : PACKET_OTHERHOST;
  for (let i = 0; i < 6; i++) if (bytes[at + i] !== 0xff) return PACKET_MULTICAST;
  return PACKET_BROADCAST;
}

/** True for the ethertypes of VLAN tags (eth_type_vlan). */
export function isVlan(type: number): boolean {
  return type === ETH_P_8021Q || type === ETH_P_8021AD;
}

/** Takes the outermost tag out of the frame, by moving the two addresses over it (skb_vlan_untag). */
export function untag(bytes: Uint8Array, skb: Skb): void {
  const at = skb.data;
  skb.vlanPresent = 1;
  skb.vlanTpid = get16(bytes, at + 12);
  skb.vlanTci = get16(bytes, at + 14);
  bytes.copyWithin(at + VLAN_TAG, at, at + 12);
  skb.data += VLAN_TAG;
  skb.length -= VLAN_TAG;
  skb.originalLength -= VLAN_TAG;
}

/** Puts the tag that a frame has in its metadata back into its bytes (__vlan_hwaccel_push_inside). */
export function tag(pool: SkbPool, skb: Skb): void {
  pool.reserve(skb, VLAN_TAG, 0);
  const { bytes } = pool.store;
  skb.data -= VLAN_TAG;
  skb.length += VLAN_TAG;
  skb.originalLength += VLAN_TAG;
  bytes.copyWithin(skb.data, skb.data + VLAN_TAG, skb.data + VLAN_TAG + 12);
  set16(bytes, skb.data + 12, skb.vlanTpid);
  set16(bytes, skb.data + 14, skb.vlanTci);
  skb.macHeader = skb.data;
  skb.vlanPresent = 0;
  skb.vlanTci = 0;
  skb.vlanTpid = 0;
}

/** What eth_type_trans makes of the type field: a length stands for one of two older kinds of frame. */
export function protocolOf(bytes: Uint8Array, skb: Skb): number {
  const type = get16(bytes, skb.data + 12);
  if (type >= FIRST_ETHERTYPE) return type;
  const isNovell = skb.length >= ETHERNET_HEADER + 2 && get16(bytes, skb.data + ETHERNET_HEADER) === 0xffff;
  return isNovell ? ETH_P_802_3 : ETH_P_802_2;
}

/** The protocol of a packet without link layer. */
export function rawProtocol(bytes: Uint8Array, skb: Skb): number {
  if (skb.linkType !== LINKTYPE_RAW || skb.length === 0) return 0;
  const version = bytes[skb.data]! >> 4;
  return version === 4 ? ETH_P_IP : version === 6 ? ETH_P_IPV6 : 0;
}

/** Sets the protocol and the network header of a frame that goes out; tags in its bytes stay there (packet_parse_headers). */
export function readOutgoing(bytes: Uint8Array, skb: Skb): void {
  if (skb.linkType !== LINKTYPE_ETHERNET) {
    skb.networkHeader = skb.data;
    skb.protocol = rawProtocol(bytes, skb);
    return;
  }
  const end = skb.data + skb.length;
  skb.networkHeader = Math.min(skb.data + ETHERNET_HEADER, end);
  if (skb.length < ETHERNET_HEADER) return;
  skb.protocol = get16(bytes, skb.data + 12);
  let type = skb.protocol;
  while (isVlan(type) && skb.networkHeader + VLAN_TAG <= end) {
    type = get16(bytes, skb.networkHeader + 2);
    skb.networkHeader += VLAN_TAG;
  }
}
