import type { Skb } from "../../packet/skb.ts";
import { get16, set16, set32 } from "../../packet/wire.ts";
import type { World } from "../world.ts";
import { IP_MF, IP_OFFSET, IPV4_HEADER, IPV6_HEADER, writeChecksum } from "./header.ts";
import { FRAGMENT_HEADER, NEXT_FRAGMENT } from "./ipv6-extensions.ts";

/** Set in an IPv4 option's type where every fragment repeats the option (RFC 791). */
const OPTION_COPIED = 0x80;
const OPTION_END = 0;
const OPTION_NOOP = 1;

/**
 * Cuts an IPv4 packet into fragments of at most `mtu` bytes, hands each to `emit` and ends the packet
 * (ip_do_fragment). False, and nothing done, where the MTU leaves no room for payload.
 */
export function fragmentIpv4(skb: Skb, mtu: number, world: World, where: string, emit: (piece: Skb) => void): boolean {
  const { ledger, store } = world;
  const header = (store.bytes[skb.data]! & 15) * 4;
  const payload = skb.length - header;
  const flags = get16(store.bytes, skb.data + 6);
  const step = (mtu - header) & ~7;
  if (step <= 0) return false;
  for (let offset = 0; offset < payload; offset += step) {
    const size = Math.min(step, payload - offset);
    const piece = ledger.derive(skb, header + size);
    const { bytes } = store;
    bytes.copyWithin(piece.data, skb.data, skb.data + header);
    if (offset > 0) blankUncopiedOptions(bytes, piece.data + IPV4_HEADER, piece.data + header);
    const from = skb.data + header + offset;
    bytes.copyWithin(piece.data + header, from, from + size);
    const more = offset + size < payload || (flags & IP_MF) !== 0 ? IP_MF : 0;
    set16(bytes, piece.data + 2, header + size);
    set16(bytes, piece.data + 6, more | ((flags & IP_OFFSET) + (offset >> 3)));
    writeChecksum(bytes, piece.data, header);
    emit(piece);
  }
  ledger.deliver(skb, where, "fragmentation");
  return true;
}

/**
 * As `fragmentIpv4`, for a packet that this host made: its extension headers, if any, are repeated in no fragment but
 * belong to the part that is cut (ip6_fragment).
 * @param identification tells the datagram's fragments from those of others; 32 bits.
 */
export function fragmentIpv6(
  skb: Skb,
  mtu: number,
  identification: number,
  world: World,
  where: string,
  emit: (piece: Skb) => void,
): boolean {
  const { ledger, store } = world;
  const payload = skb.length - IPV6_HEADER;
  const step = (mtu - IPV6_HEADER - FRAGMENT_HEADER) & ~7;
  if (step <= 0) return false;
  const next = store.bytes[skb.data + 6]!;
  for (let offset = 0; offset < payload; offset += step) {
    const size = Math.min(step, payload - offset);
    const piece = ledger.derive(skb, IPV6_HEADER + FRAGMENT_HEADER + size);
    const { bytes } = store;
    bytes.copyWithin(piece.data, skb.data, skb.data + IPV6_HEADER);
    set16(bytes, piece.data + 4, FRAGMENT_HEADER + size);
    bytes[piece.data + 6] = NEXT_FRAGMENT;
    const at = piece.data + IPV6_HEADER;
    bytes[at] = next;
    bytes[at + 1] = 0;
    set16(bytes, at + 2, offset | (offset + size < payload ? 1 : 0));
    set32(bytes, at + 4, identification);
    const from = skb.data + IPV6_HEADER + offset;
    bytes.copyWithin(at + FRAGMENT_HEADER, from, from + size);
    emit(piece);
  }
  ledger.deliver(skb, where, "fragmentation");
  return true;
}

/** ip_options_fragment: options that only the first fragment carries become no-ops in the others. */
function blankUncopiedOptions(bytes: Uint8Array, at: number, end: number): void {
  let next = at;
  while (next < end) {
    const type = bytes[next]!;
    if (type === OPTION_END) return;
    if (type === OPTION_NOOP) {
      next++;
      continue;
    }
    const length = bytes[next + 1]!;
    if (length < 2 || next + length > end) return;
    if ((type & OPTION_COPIED) === 0) bytes.fill(OPTION_NOOP, next, next + length);
    next += length;
  }
}
