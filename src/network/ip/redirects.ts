import type { Skb } from "../../packet/skb.ts";
import type { Route } from "../route-table.ts";
import type { World } from "../world.ts";
import type { IpStack } from "./ip-stack.ts";

/** net.ipv4.route.redirect_number: ignored so often, redirects stop. */
const MOST_IGNORED = 9;
/** net.ipv4.route.redirect_load: the time between two doubles from here, in nanoseconds. */
const LOAD = 20_000_000;
/** net.ipv4.route.redirect_silence: after so long without one they begin anew. */
const SILENCE = 20_480_000_000;

/** Tells a host that another router on its own link leads better (ip_rt_send_redirect). IPv6 redirects are not sent. */
export class Redirects {
  private readonly stack: IpStack;
  private readonly world: World;

  constructor(stack: IpStack, world: World) {
    this.stack = stack;
    this.world = world;
  }

  /** The packet, whose data begins at its IP header, is about to leave by the interface it came in by. */
  consider(skb: Skb, route: Route): void {
    const { stack, world } = this;
    const { bytes } = world.store;
    const source = skb.data + 12;
    const back = stack.routes.lookup(4, bytes, source);
    // Only to hosts that are themselves on this link.
    if (back === undefined || back.via !== undefined || back.device !== route.device) return;
    const { now } = world.simulation;
    const peer = stack.peers.get(4, bytes, source, now);
    if (now > peer.last + SILENCE) {
      peer.tokens = 0;
      peer.redirects = 0;
    }
    if (peer.redirects >= MOST_IGNORED) {
      peer.last = now;
      return;
    }
    if (peer.redirects > 0 && now <= peer.last + LOAD * 2 ** peer.redirects) return;
    stack.icmp.redirect(skb, route.via ?? bytes.slice(skb.data + 16, skb.data + 20));
    peer.last = now;
    peer.redirects++;
  }
}
