import type { Skb } from "../../../packet/skb.ts";
import { copyBytes, get16, sameBytes, set16 } from "../../../packet/wire.ts";
import { coverChange, replace16 } from "./checksum-update.ts";
import { AT, FRAGMENT } from "./layout.ts";

const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const ROUTING = 43;

/** Addresses, TOS and TTL, with the header's checksum and the one that covers the pseudo header (set_ipv4). */
export function rewriteIpv4(bytes: Uint8Array, skb: Skb, key: Uint8Array): void {
  const at = skb.networkHeader;
  if (!sameBytes(bytes, at + 12, key, AT.nwSrc, 8)) {
    coverChange(bytes, at + 10, at + 12, key, AT.nwSrc, 8);
    coverPseudoHeader(bytes, skb, key, at + 12, AT.nwSrc, 8, 4);
    copyBytes(bytes, at + 12, key, AT.nwSrc, 8);
  }
  replace16(bytes, at, (bytes[at]! << 8) | key[AT.nwTos]!, at + 10);
  replace16(bytes, at + 8, (key[AT.nwTtl]! << 8) | bytes[at + 9]!, at + 10);
}

/** Addresses, traffic class, label and hop limit; the destination behind a routing header is not the last one, so no checksum covers it (set_ipv6). */
export function rewriteIpv6(bytes: Uint8Array, skb: Skb, key: Uint8Array): void {
  const at = skb.networkHeader;
  if (!sameBytes(bytes, at + 8, key, AT.ipv6Src, 16)) {
    coverPseudoHeader(bytes, skb, key, at + 8, AT.ipv6Src, 16, 6);
    copyBytes(bytes, at + 8, key, AT.ipv6Src, 16);
  }
  if (!sameBytes(bytes, at + 24, key, AT.ipv6Dst, 16)) {
    if (!hasRoutingHeader(bytes, at, skb.transportHeader))
      coverPseudoHeader(bytes, skb, key, at + 24, AT.ipv6Dst, 16, 6);
    copyBytes(bytes, at + 24, key, AT.ipv6Dst, 16);
  }
  const tos = key[AT.nwTos]!;
  set16(bytes, at, ((bytes[at]! & 0xf0) << 8) | (tos << 4) | (key[AT.ipv6Label + 1]! & 0x0f));
  copyBytes(bytes, at + 2, key, AT.ipv6Label + 2, 2);
  bytes[at + 7] = key[AT.nwTtl]!;
}

/** Mends the transport checksum for a change of addresses, where the packet has one. */
function coverPseudoHeader(
  bytes: Uint8Array,
  skb: Skb,
  key: Uint8Array,
  at: number,
  from: number,
  length: number,
  family: 4 | 6,
): void {
  if ((key[AT.nwFrag]! & FRAGMENT.later) !== 0) return;
  const transport = skb.transportHeader;
  const rest = skb.data + skb.length - transport;
  switch (key[AT.nwProto]) {
    case TCP:
      if (rest >= 20) coverChange(bytes, transport + 16, at, key, from, length);
      return;
    case UDP: {
      // Zero says that the sender computed none.
      if (rest < 8 || get16(bytes, transport + 6) === 0) return;
      coverChange(bytes, transport + 6, at, key, from, length);
      if (get16(bytes, transport + 6) === 0) set16(bytes, transport + 6, 0xffff);
      return;
    }
    case ICMPV6:
      if (family === 6 && rest >= 8) coverChange(bytes, transport + 2, at, key, from, length);
      return;
  }
}

function hasRoutingHeader(bytes: Uint8Array, at: number, transport: number): boolean {
  let header = bytes[at + 6]!;
  for (let start = at + 40; start < transport; ) {
    if (header === ROUTING) return true;
    const units = bytes[start + 1]!;
    const size = header === 44 ? 8 : header === 51 ? (units + 2) * 4 : (units + 1) * 8;
    header = bytes[start]!;
    start += size;
  }
  return false;
}
