import type { Skb } from "./skb.ts";
import { get16, set16 } from "./wire.ts";

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
/** The codepoints of RFC 3168, section 5. */
const NOT_ECT = 0;
const CE = 3;

/**
 * Marks a packet as one that met congestion (INET_ECN_set_ce). False where its sender does not know about marks, or it is no IP packet;
 * one that is marked already stays so. The network header is known.
 */
export function setCongestionExperienced(bytes: Uint8Array, skb: Skb): boolean {
  const at = skb.networkHeader;
  const room = skb.data + skb.length - at;
  const version = room > 0 ? bytes[at]! >>> 4 : 0;
  if (version === 4 && room >= 20 && isProtocol(skb, ETH_P_IP)) return markIpv4(bytes, at);
  if (version === 6 && room >= 40 && isProtocol(skb, ETH_P_IPV6)) return markIpv6(bytes, at);
  return false;
}

/** The ethertype is not known to be another; behind a tag in the frame it is the tag's. */
const isProtocol = ({ protocol }: Skb, wanted: number): boolean =>
  protocol === wanted || protocol === 0x8100 || protocol === 0x88a8;

function markIpv4(bytes: Uint8Array, at: number): boolean {
  const tos = bytes[at + 1]!;
  if ((tos & CE) === NOT_ECT) return false;
  if ((tos & CE) === CE) return true;
  const before = get16(bytes, at);
  bytes[at + 1] = tos | CE;
  // RFC 1624, equation 3.
  let sum = (~get16(bytes, at + 10) & 0xffff) + (~before & 0xffff) + get16(bytes, at);
  sum = (sum & 0xffff) + (sum >>> 16);
  set16(bytes, at + 10, ~((sum & 0xffff) + (sum >>> 16)) & 0xffff);
  return true;
}

function markIpv6(bytes: Uint8Array, at: number): boolean {
  const traffic = (bytes[at + 1]! >>> 4) & CE;
  if (traffic === NOT_ECT) return false;
  bytes[at + 1] = bytes[at + 1]! | (CE << 4);
  return true;
}
