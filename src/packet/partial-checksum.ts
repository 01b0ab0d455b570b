import { ADDRESSES, checksumOf, sum16 } from "./checksum.ts";
import type { Skb } from "./skb.ts";
import { set16 } from "./wire.ts";

/** What stands for a checksum of 0 (CSUM_MANGLED_0). */
const MANGLED_0 = 0xffff;

/**
 * Leaves the checksum of a transport message to the device (CHECKSUM_PARTIAL): the field gets the sum of the pseudo header, folded and not
 * inverted (__tcp_v4_send_check, udp4_hwcsum). The packet's data begins at its IP header, the message at `transportHeader`.
 * @param field where the checksum stands in the message.
 */
export function leaveChecksum(bytes: Uint8Array, skb: Skb, family: 4 | 6, protocol: number, field: number): void {
  const { source, length } = ADDRESSES[family];
  const at = skb.transportHeader;
  const message = skb.data + skb.length - at;
  set16(bytes, at + field, ~checksumOf(sum16(bytes, skb.data + source, 2 * length, protocol + message)));
  skb.checksumStart = at;
  skb.checksumOffset = field;
}

/** Completes it (skb_checksum_help). */
export function completeChecksum(bytes: Uint8Array, skb: Skb): void {
  const { checksumStart: at, checksumOffset } = skb;
  skb.checksumStart = 0;
  set16(bytes, at + checksumOffset, checksumOf(sum16(bytes, at, skb.data + skb.length - at)) || MANGLED_0);
}

/** The packet's own host has made its checksum, or will: nothing on the way can have broken it (skb_csum_unnecessary). */
export function needsNoCheck(skb: Skb): boolean {
  return skb.checksumStart !== 0 && skb.checksumStart >= skb.data;
}
