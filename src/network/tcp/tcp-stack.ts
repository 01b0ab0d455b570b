import type { Skb } from "../../packet/skb.ts";
import type { Interface } from "../interface.ts";
import type { IcmpErrorListener } from "../ip/icmp.ts";
import type { Route } from "../route-table.ts";

/** What TCP needs of the host's IP. Addresses are given by where they stand in `bytes`. */
export interface TcpStack {
  readonly host: { readonly name: string; takeCookie(): number };
  /** TTL and hop limit of what the host sends. */
  readonly ttl: number;
  /** Where protocols hear of ICMP errors about their packets. */
  readonly icmp: { readonly listeners: Map<number, IcmpErrorListener> };
  /** @param device the interface to be used where the address alone does not say. */
  route(family: 4 | 6, bytes: Uint8Array, at: number, device?: Interface): Route | undefined;
  /** True where a route to the address can only be found together with an interface: link-local addresses. */
  needsDevice(family: 4 | 6, bytes: Uint8Array, at: number): boolean;
  sourceTowards(family: 4 | 6, bytes: Uint8Array, at: number, route: Route): Uint8Array | undefined;
  /** Largest packet in bytes, IP header included, that the path is known to carry. */
  pathMtu(family: 4 | 6, bytes: Uint8Array, at: number, route: Route): number;
  isLocal(family: 4 | 6, bytes: Uint8Array, at: number): boolean;
  /** Sends a packet whose data begins at its IP header. Returns one of NET_XMIT, or a negative error number. */
  output(skb: Skb, family: 4 | 6, route?: Route): number;
}
