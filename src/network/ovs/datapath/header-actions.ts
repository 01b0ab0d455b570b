/**
 * Actions that put headers on and take them off. Positions of headers are those that extraction found; each returns false
 * where the packet has no such header, which ends its action list.
 */
import type { Skb } from "../../../packet/skb.ts";
import type { SkbPool } from "../../../packet/skb-pool.ts";
import { copyBytes, get16, set16, set32 } from "../../../packet/wire.ts";
import { isVlan, TAGGED_HEADER, tag, untag } from "../../ethernet-frame.ts";
import type { PushNshAction } from "./action.ts";

const ETHERNET_HEADER = 14;
const MPLS_ENTRY = 4;
const NSH_BASE = 8;
const ETH_P_NSH = 0x894f;
/** Next protocols of NSH (RFC 8300 section 2.2) and the ethertypes of what follows. */
const NSH_PROTOCOLS: Readonly<Record<number, number>> = { 1: 0x0800, 2: 0x86dd, 3: 0x6558, 4: 0x894f, 5: 0x8847 };
const ETH_P_TEB = 0x6558;

/** The packet's tag goes into its bytes if it has one already (skb_vlan_push). */
export function pushVlan(pool: SkbPool, skb: Skb, tpid: number, tci: number): void {
  if (skb.vlanPresent === 1) tag(pool, skb);
  skb.vlanPresent = 1;
  skb.vlanTpid = tpid;
  skb.vlanTci = tci & 0xefff;
}

/** The next tag, where there is one, takes the place of the outermost (skb_vlan_pop). */
export function popVlan(pool: SkbPool, skb: Skb): void {
  skb.vlanPresent = 0;
  skb.vlanTci = 0;
  skb.vlanTpid = 0;
  const { bytes } = pool.store;
  if (skb.length >= TAGGED_HEADER && isVlan(get16(bytes, skb.data + 12))) {
    untag(bytes, skb);
    skb.networkHeader = Math.max(skb.networkHeader, skb.data + ETHERNET_HEADER);
  }
  skb.macHeader = skb.data;
}

/** Before the network header, behind all that is link layer (skb_mpls_push). */
export function pushMpls(pool: SkbPool, skb: Skb, ethertype: number, lse: number): void {
  const linkLength = skb.networkHeader - skb.data;
  insert(pool, skb, linkLength, MPLS_ENTRY);
  const { bytes } = pool.store;
  set16(bytes, skb.data + linkLength - 2, ethertype);
  set32(bytes, skb.data + linkLength, lse);
  skb.protocol = ethertype;
}

export function popMpls(pool: SkbPool, skb: Skb, ethertype: number): boolean {
  const linkLength = skb.networkHeader - skb.data;
  if (skb.protocol !== 0x8847 && skb.protocol !== 0x8848) return true;
  if (skb.length < linkLength + MPLS_ENTRY) return false;
  remove(pool, skb, linkLength, MPLS_ENTRY);
  set16(pool.store.bytes, skb.data + linkLength - 2, ethertype);
  skb.protocol = ethertype;
  return true;
}

/** A frame without its Ethernet header, whose network header comes first, gets one. */
export function pushEthernet(pool: SkbPool, skb: Skb, source: Uint8Array, destination: Uint8Array): void {
  pool.reserve(skb, ETHERNET_HEADER, 0);
  skb.data -= ETHERNET_HEADER;
  skb.length += ETHERNET_HEADER;
  skb.originalLength += ETHERNET_HEADER;
  const { bytes } = pool.store;
  copyBytes(bytes, skb.data, destination, 0, 6);
  copyBytes(bytes, skb.data + 6, source, 0, 6);
  set16(bytes, skb.data + 12, skb.protocol);
  skb.macHeader = skb.data;
}

/** Leaves the type where `skb.protocol` has it. */
export function popEthernet(skb: Skb): boolean {
  if (skb.length < ETHERNET_HEADER) return false;
  skb.data += ETHERNET_HEADER;
  skb.length -= ETHERNET_HEADER;
  skb.originalLength -= ETHERNET_HEADER;
  skb.macHeader = skb.data;
  skb.networkHeader = skb.data;
  return true;
}

/** Before all of the packet, which begins at its link layer or without one (nsh_push). */
export function pushNsh(pool: SkbPool, skb: Skb, action: PushNshAction): void {
  const length = NSH_BASE + action.metadata.length;
  pool.reserve(skb, length, 0);
  skb.data -= length;
  skb.length += length;
  skb.originalLength += length;
  const { bytes } = pool.store;
  const at = skb.data;
  set16(bytes, at, (action.flags << 12) | ((action.ttl & 0x3f) << 6) | (length >> 2));
  bytes[at + 2] = action.mdType;
  bytes[at + 3] = action.nextProtocol;
  set32(bytes, at + 4, action.path);
  copyBytes(bytes, at + NSH_BASE, action.metadata, 0, action.metadata.length);
  skb.macHeader = at;
  skb.networkHeader = at;
  skb.protocol = ETH_P_NSH;
}

/** What it carried, with the Ethernet header of its own that it may have (nsh_pop). */
export function popNsh(pool: SkbPool, skb: Skb): boolean {
  const { bytes } = pool.store;
  if (skb.length < NSH_BASE) return false;
  const length = (get16(bytes, skb.data) & 0x3f) * 4;
  const protocol = NSH_PROTOCOLS[bytes[skb.data + 3]!];
  if (length < NSH_BASE || skb.length < length || protocol === undefined) return false;
  skb.data += length;
  skb.length -= length;
  skb.originalLength -= length;
  skb.macHeader = skb.data;
  skb.networkHeader = skb.data;
  skb.protocol = protocol === ETH_P_TEB ? get16(bytes, skb.data + 12) : protocol;
  return true;
}

/** Makes room for `size` bytes at `offset` of the frame. */
function insert(pool: SkbPool, skb: Skb, offset: number, size: number): void {
  pool.reserve(skb, size, 0);
  const { bytes } = pool.store;
  bytes.copyWithin(skb.data - size, skb.data, skb.data + offset);
  skb.data -= size;
  skb.length += size;
  skb.originalLength += size;
  skb.macHeader = skb.data;
  skb.networkHeader = skb.data + offset;
}

function remove(pool: SkbPool, skb: Skb, offset: number, size: number): void {
  pool.store.bytes.copyWithin(skb.data + size, skb.data, skb.data + offset);
  skb.data += size;
  skb.length -= size;
  skb.originalLength -= size;
  skb.macHeader = skb.data;
  skb.networkHeader = skb.data + offset;
}
