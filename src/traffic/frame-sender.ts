import type { Skb } from "../packet/skb.ts";
import { deviceOf, type Endpoint, hostOf } from "./endpoint.ts";

/** Sends whole frames by an interface, as its node does: a host past its taps, a bridge port straight to the wire. */
export function frameSender(from: Endpoint): (skb: Skb) => void {
  const device = deviceOf(from);
  const host = hostOf(from);
  return host === undefined ? (skb) => device.transmit(skb) : (skb) => host.transmit(device, skb);
}
