import type { NextHop } from "../../hooks/program-network.ts";
import { ADDRESSES } from "../../packet/checksum.ts";
import type { Skb } from "../../packet/skb.ts";
import { ETH_P_IP, ETH_P_IPV6, ETHERNET_HEADER } from "../ethernet-frame.ts";
import type { Interface } from "../interface.ts";
import type { World } from "../world.ts";
import type { IpStack } from "./ip-stack.ts";

/** Kinds of routes that packets of IPv4 may take by a program's will (__bpf_redirect_neigh_v4). */
const IPV4_TYPES: readonly string[] = ["unicast", "local"];

/**
 * Sends a frame's packet by a device, under an Ethernet header that the neighbour's entry gives (__bpf_redirect_neigh). Frames for
 * many, and packets that are not of IP, are dropped, as in the kernel.
 * @param nextHop undefined: what the routes by that device say.
 */
export function sendToNeighbour(
  stack: IpStack,
  device: Interface,
  skb: Skb,
  nextHop: NextHop | undefined,
  world: World,
): void {
  const { bytes } = world.store;
  const family = skb.protocol === ETH_P_IP ? 4 : skb.protocol === ETH_P_IPV6 ? 6 : undefined;
  const isForMany = (bytes[skb.data]! & 1) !== 0;
  const hop = family === undefined || isForMany ? undefined : chooseHop(stack, device, skb, family, nextHop, bytes);
  if (hop === undefined) {
    world.ledger.drop(skb, device.label, "TC_EGRESS");
    return;
  }
  skb.data += ETHERNET_HEADER;
  skb.length -= ETHERNET_HEADER;
  skb.networkHeader = skb.data;
  skb.timestampLow = 0;
  skb.timestampHigh = 0;
  skb.timestampClock = 0;
  stack.neighbours.send(device, skb, hop.family, hop.address, 0);
}

function chooseHop(
  stack: IpStack,
  device: Interface,
  skb: Skb,
  family: 4 | 6,
  nextHop: NextHop | undefined,
  bytes: Uint8Array,
): NextHop | undefined {
  // IPv4 may have a next hop of IPv6, not the other way round; one of no family is none.
  if (nextHop !== undefined)
    return nextHop.address.length > 0 && (family === 4 || nextHop.family === 6) ? nextHop : undefined;
  const { destination, length } = ADDRESSES[family];
  const at = skb.data + ETHERNET_HEADER + destination;
  const route = stack.route(family, bytes, at, device);
  if (route === undefined || (family === 4 && !IPV4_TYPES.includes(route.type))) return undefined;
  return { family, address: route.via ?? bytes.slice(at, at + length) };
}
