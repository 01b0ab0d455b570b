import type { Skb } from "../../packet/skb.ts";
import { get16 } from "../../packet/wire.ts";
import { ETH_P_IP, ETH_P_IPV6 } from "../ethernet-frame.ts";
import { writeChecksum } from "../ip/header.ts";

/** The bits of TOS and traffic class that are about congestion (RFC 3168). */
const MASK = 3;
const ECT_1 = 1;
const ECT_0 = 2;
const CE = 3;

/** TOS or traffic class of the packet in a frame, 0 of others (ip_tunnel_get_dsfield). */
export function fieldOf(bytes: Uint8Array, { protocol, networkHeader: at }: Skb): number {
  if (protocol === ETH_P_IP) return bytes[at + 1]!;
  return protocol === ETH_P_IPV6 ? (get16(bytes, at) >> 4) & 0xff : 0;
}

/** TOS of the outer header, with what the packet in it says of congestion (INET_ECN_encapsulate, RFC 6040). */
export function encapsulated(bytes: Uint8Array, skb: Skb, tos: number): number {
  const inner = fieldOf(bytes, skb) & MASK;
  return (tos & ~MASK) | (inner === CE ? ECT_0 : inner);
}

/** Tells the packet what has been said of congestion on its way (INET_ECN_decapsulate). @returns false: it is to be dropped. */
export function decapsulate(bytes: Uint8Array, skb: Skb, outer: number): boolean {
  if (skb.protocol !== ETH_P_IP && skb.protocol !== ETH_P_IPV6) return true;
  const inner = fieldOf(bytes, skb);
  const said = outer & MASK;
  if ((inner & MASK) === 0) return said !== CE;
  if (said === CE) write(bytes, skb, inner | CE);
  else if (said === ECT_1 && (inner & MASK) === ECT_0) write(bytes, skb, (inner & ~MASK) | ECT_1);
  return true;
}

function write(bytes: Uint8Array, { protocol, networkHeader: at }: Skb, tos: number): void {
  if (protocol === ETH_P_IP) {
    bytes[at + 1] = tos;
    writeChecksum(bytes, at, (bytes[at]! & 15) * 4);
  } else {
    bytes[at] = (bytes[at]! & 0xf0) | (tos >> 4);
    bytes[at + 1] = ((tos & 15) << 4) | (bytes[at + 1]! & 15);
  }
}
