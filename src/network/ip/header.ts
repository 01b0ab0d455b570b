import { checksumOf, sum16 } from "../../packet/checksum.ts";
import { set16, set32 } from "../../packet/wire.ts";

/** Length in bytes of an IPv4 header without options (RFC 791). */
export const IPV4_HEADER = 20;
/** Don't fragment, in the 16 bits of flags and offset. */
export const IP_DF = 0x4000;
export const IP_MF = 0x2000;
export const IP_OFFSET = 0x1fff;

/** Writes a header without options and with its checksum at `at`; `length` is that of the whole packet. */
export function writeIpv4Header(
  bytes: Uint8Array,
  at: number,
  tos: number,
  length: number,
  id: number,
  flags: number,
  ttl: number,
  protocol: number,
  source: Uint8Array,
  destination: Uint8Array,
): void {
  bytes[at] = 0x45;
  bytes[at + 1] = tos;
  set16(bytes, at + 2, length);
  set16(bytes, at + 4, id);
  set16(bytes, at + 6, flags);
  bytes[at + 8] = ttl;
  bytes[at + 9] = protocol;
  set16(bytes, at + 10, 0);
  for (let i = 0; i < 4; i++) {
    bytes[at + 12 + i] = source[i]!;
    bytes[at + 16 + i] = destination[i]!;
  }
  set16(bytes, at + 10, checksumOf(sum16(bytes, at, IPV4_HEADER)));
}

/** Length in bytes of an IPv6 header without extensions (RFC 8200). */
export const IPV6_HEADER = 40;

/** Writes an IPv6 header at `at`; `payload` is the length of what follows it. */
export function writeIpv6Header(
  bytes: Uint8Array,
  at: number,
  trafficClass: number,
  payload: number,
  next: number,
  hopLimit: number,
  source: Uint8Array,
  destination: Uint8Array,
): void {
  set32(bytes, at, 0x6000_0000 | (trafficClass << 20));
  set16(bytes, at + 4, payload);
  bytes[at + 6] = next;
  bytes[at + 7] = hopLimit;
  for (let i = 0; i < 16; i++) {
    bytes[at + 8 + i] = source[i]!;
    bytes[at + 24 + i] = destination[i]!;
  }
}

/** Computes the checksum of an IPv4 header of `header` bytes anew. */
export function writeChecksum(bytes: Uint8Array, at: number, header: number): void {
  set16(bytes, at + 10, 0);
  set16(bytes, at + 10, checksumOf(sum16(bytes, at, header)));
}
