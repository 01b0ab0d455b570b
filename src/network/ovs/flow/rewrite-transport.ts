import { crc32c } from "../../../packet/crc32c.ts";
import type { Skb } from "../../../packet/skb.ts";
import { copyBytes, get16, set16 } from "../../../packet/wire.ts";
import { coverChange, replace16 } from "./checksum-update.ts";
import { AT } from "./layout.ts";

const SOURCE_ADDRESS = 1;
const TARGET_ADDRESS = 2;

/** Ports of TCP or UDP; a UDP checksum of 0 stays, and one that becomes 0 is written as 0xffff (set_tcp, set_udp). */
export function rewritePorts(bytes: Uint8Array, skb: Skb, key: Uint8Array, protocol: "tcp" | "udp"): void {
  const at = skb.transportHeader;
  if (skb.data + skb.length - at < (protocol === "tcp" ? 20 : 8)) return;
  const checksum = at + (protocol === "tcp" ? 16 : 6);
  if (protocol === "udp" && get16(bytes, checksum) === 0) {
    copyBytes(bytes, at, key, AT.tpSrc, 4);
    return;
  }
  replace16(bytes, at, get16(key, AT.tpSrc), checksum);
  replace16(bytes, at + 2, get16(key, AT.tpDst), checksum);
  if (protocol === "udp" && get16(bytes, checksum) === 0) set16(bytes, checksum, 0xffff);
}

/** Ports of SCTP; a checksum that was wrong is wrong in the same bits afterwards (set_sctp). */
export function rewriteSctp(bytes: Uint8Array, skb: Skb, key: Uint8Array): void {
  const at = skb.transportHeader;
  const length = skb.data + skb.length - at;
  if (length < 12) return;
  const had = read32le(bytes, at + 8);
  const right = sctpChecksum(bytes, at, length);
  copyBytes(bytes, at, key, AT.tpSrc, 4);
  write32le(bytes, at + 8, had ^ right ^ sctpChecksum(bytes, at, length));
}

/** Computed over the packet with zeros in its place. */
function sctpChecksum(bytes: Uint8Array, at: number, length: number): number {
  write32le(bytes, at + 8, 0);
  return crc32c(bytes, at, at + length);
}

export function rewriteIcmp(bytes: Uint8Array, skb: Skb, key: Uint8Array): void {
  const at = skb.transportHeader;
  if (skb.data + skb.length - at < 8) return;
  replace16(bytes, at, (key[AT.tpSrc + 1]! << 8) | key[AT.tpDst + 1]!, at + 2);
}

/** Target, and the link layer addresses of options that are there (packet_set_nd). */
export function rewriteNeighbourMessage(bytes: Uint8Array, skb: Skb, key: Uint8Array): void {
  const at = skb.transportHeader;
  const length = skb.data + skb.length - at;
  if (length < 24) return;
  change(bytes, at, at + 8, key, AT.ndTarget, 16);
  for (let offset = 24; length - offset >= 8; ) {
    const option = bytes[at + offset]!;
    const size = bytes[at + offset + 1]! * 8;
    if (size === 0 || size > length - offset) return;
    if (size === 8 && option === SOURCE_ADDRESS) change(bytes, at, at + offset + 2, key, AT.arpSha, 6);
    if (size === 8 && option === TARGET_ADDRESS) change(bytes, at, at + offset + 2, key, AT.arpTha, 6);
    offset += size;
  }
}

function change(bytes: Uint8Array, message: number, at: number, key: Uint8Array, from: number, length: number): void {
  coverChange(bytes, message + 2, at, key, from, length);
  copyBytes(bytes, at, key, from, length);
}

function read32le(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function write32le(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = value >>> (8 * i);
}
