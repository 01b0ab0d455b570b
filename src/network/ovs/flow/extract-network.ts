import type { Skb } from "../../../packet/skb.ts";
import { copyBytes, get16, get32 } from "../../../packet/wire.ts";
import { IPV4_HEADER, IPV6_HEADER } from "../../ip/header.ts";
import { extractTransport } from "./extract-transport.ts";
import { AT, FRAGMENT, MPLS_LABELS } from "./layout.ts";

/** Ethertypes whose packets a flow key describes further. */
export const ETH = {
  ipv4: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  ipv6: 0x86dd,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  nsh: 0x894f,
} as const;

const ARP_PACKET = 28;
const MPLS_BOTTOM = 0x100;
const NSH_BASE = 8;
const NSH_TYPE_1 = 24;
const FRAGMENT_HEADER = 44;
const AUTHENTICATION = 51;
const NO_NEXT_HEADER = 59;

/** The part of the key that the network header at `at` says, and what follows it; false where the packet is to be dropped (key_extract_l3l4). */
export function extractNetwork(
  bytes: Uint8Array,
  skb: Skb,
  at: number,
  end: number,
  ethertype: number,
  key: Uint8Array,
): boolean {
  switch (ethertype) {
    case ETH.ipv4:
      ipv4(bytes, skb, at, end, key);
      return true;
    case ETH.ipv6:
      ipv6(bytes, skb, at, end, key);
      return true;
    case ETH.arp:
    case ETH.rarp:
      arp(bytes, at, end, key);
      return true;
    case ETH.mpls:
    case ETH.mplsMulticast:
      mpls(bytes, at, end, key);
      return true;
    case ETH.nsh:
      return nsh(bytes, at, end, key);
    default:
      return true;
  }
}

function ipv4(bytes: Uint8Array, skb: Skb, at: number, end: number, key: Uint8Array): void {
  skb.transportHeader = at;
  if (end - at < IPV4_HEADER) return;
  const length = (bytes[at]! & 15) * 4;
  if (length < IPV4_HEADER || end - at < length) return;
  copyBytes(key, AT.nwSrc, bytes, at + 12, 8);
  key[AT.nwProto] = bytes[at + 9]!;
  key[AT.nwTos] = bytes[at + 1]!;
  key[AT.nwTtl] = bytes[at + 8]!;
  skb.transportHeader = at + length;
  const fragment = get16(bytes, at + 6);
  if ((fragment & 0x1fff) !== 0) {
    key[AT.nwFrag] = FRAGMENT.any | FRAGMENT.later;
    return;
  }
  if ((fragment & 0x2000) !== 0) key[AT.nwFrag] = FRAGMENT.any;
  extractTransport(bytes, at + length, end, bytes[at + 9]!, 4, key);
}

function ipv6(bytes: Uint8Array, skb: Skb, at: number, end: number, key: Uint8Array): void {
  skb.transportHeader = at;
  if (end - at < IPV6_HEADER) return;
  const first = get32(bytes, at);
  key[AT.nwProto] = NO_NEXT_HEADER;
  key[AT.nwTos] = first >>> 20;
  key[AT.nwTtl] = bytes[at + 7]!;
  copyBytes(key, AT.ipv6Label, bytes, at, 4);
  key[AT.ipv6Label] = 0;
  key[AT.ipv6Label + 1] = key[AT.ipv6Label + 1]! & 0x0f;
  copyBytes(key, AT.ipv6Src, bytes, at + 8, 32);
  let header = bytes[at + 6]!;
  let start = at + IPV6_HEADER;
  while (isExtension(header)) {
    if (end - start < (header === FRAGMENT_HEADER ? 8 : 2)) return;
    const next = bytes[start]!;
    if (header === FRAGMENT_HEADER) {
      key[AT.nwFrag] = FRAGMENT.any;
      if ((get16(bytes, start + 2) & ~7) !== 0) {
        // A fragment that does not even begin with the last header is not known to be a later one (ipv6_find_hdr).
        if (isExtension(next)) return;
        key[AT.nwFrag] = FRAGMENT.any | FRAGMENT.later;
        key[AT.nwProto] = FRAGMENT_HEADER;
        return;
      }
      start += 8;
    } else if (header === AUTHENTICATION) start += (bytes[start + 1]! + 2) * 4;
    else start += (bytes[start + 1]! + 1) * 8;
    header = next;
  }
  skb.transportHeader = Math.min(start, end);
  key[AT.nwProto] = header;
  extractTransport(bytes, start, end, header, 6, key);
}

/** Hop-by-hop, routing, fragment, authentication and destination options. */
function isExtension(header: number): boolean {
  return header === 0 || header === 43 || header === FRAGMENT_HEADER || header === AUTHENTICATION || header === 60;
}

/** Ethernet and IPv4 only; of the operation the low byte. */
function arp(bytes: Uint8Array, at: number, end: number, key: Uint8Array): void {
  if (end - at < ARP_PACKET) return;
  if (get32(bytes, at) !== 0x0001_0800 || get16(bytes, at + 4) !== 0x0604) return;
  const operation = get16(bytes, at + 6);
  if (operation <= 0xff) key[AT.nwProto] = operation;
  copyBytes(key, AT.arpSha, bytes, at + 8, 6);
  copyBytes(key, AT.nwSrc, bytes, at + 14, 4);
  copyBytes(key, AT.arpTha, bytes, at + 18, 6);
  copyBytes(key, AT.nwDst, bytes, at + 24, 4);
}

/** The labels down to the bottom of the stack, of which the key has room for the first three. */
function mpls(bytes: Uint8Array, at: number, end: number, key: Uint8Array): void {
  for (let i = 0; i < MPLS_LABELS && end - at >= 4 * (i + 1); i++) {
    copyBytes(key, AT.mpls + 4 * i, bytes, at + 4 * i, 4);
    if ((get32(bytes, at + 4 * i) & MPLS_BOTTOM) !== 0) return;
  }
}

function nsh(bytes: Uint8Array, at: number, end: number, key: Uint8Array): boolean {
  if (end - at < NSH_BASE) return false;
  const first = get16(bytes, at);
  const length = (first & 0x3f) * 4;
  if (first >> 14 !== 0 || end - at < length) return false;
  const mdType = bytes[at + 2]! & 15;
  if (mdType !== 1 && mdType !== 2) return false;
  if (mdType === 1 && length !== NSH_TYPE_1) return false;
  key[AT.nshFlags] = (first >> 12) & 3;
  key[AT.nshTtl] = (first >> 6) & 0x3f;
  key[AT.nshMdType] = mdType;
  key[AT.nshNp] = bytes[at + 3]!;
  copyBytes(key, AT.nshPath, bytes, at + 4, 4);
  if (mdType === 1) copyBytes(key, AT.nshContext, bytes, at + 8, 16);
  return true;
}
