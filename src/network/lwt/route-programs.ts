import type { HostSite } from "../../hooks/hook.ts";
import { LWT_ACTION } from "../../hooks/lwt/action.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Attachment } from "../../programs/attachment.ts";
import type { World } from "../world.ts";

/** How often one packet may be routed anew by programs on routes, and redirected meanwhile. */
export const MAX_REROUTES = 8;

/** What a program's answer means to whoever routes the packet. */
export type RouteAnswer = "continue" | "reroute" | "gone";

/** The programs on a route (net/core/lwt_bpf.c). */
export class RoutePrograms {
  readonly in: Attachment<"lwt-in"> | undefined;
  readonly out: Attachment<"lwt-out"> | undefined;
  readonly xmit: Attachment<"lwt-xmit"> | undefined;
  private readonly site: HostSite;
  private readonly where: string;
  private readonly world: World;

  constructor(
    programs: {
      readonly in: Attachment<"lwt-in"> | undefined;
      readonly out: Attachment<"lwt-out"> | undefined;
      readonly xmit: Attachment<"lwt-xmit"> | undefined;
    },
    where: string,
    host: HostSite["host"],
    world: World,
  ) {
    this.in = programs.in;
    this.out = programs.out;
    this.xmit = programs.xmit;
    this.where = where;
    this.site = { dataAddress: 0, length: 0, host };
    this.world = world;
  }

  /** Runs the program of one direction on a packet whose data begins at its IP header. `gone`: it has ended or has gone elsewhere. */
  run(direction: "in" | "out" | "xmit", skb: Skb): RouteAnswer {
    const attachment = this[direction];
    if (attachment === undefined) return "continue";
    const { site, world } = this;
    const { protocol } = skb;
    site.dataAddress = skb.data;
    site.length = skb.length;
    const { action } = attachment.run(skb, site);
    if (world.observer.tracing) {
      const { hook, slot, returnValue, outcome } = attachment;
      const what = `${hook.name} ${slot.name} returned ${returnValue | 0}: ${hook.outcomes[outcome]!.name}`;
      world.observer.trace(skb, this.where, what);
    }
    switch (action) {
      case LWT_ACTION.REROUTE:
        return "reroute";
      case LWT_ACTION.REDIRECT:
        this.redirect(skb);
        return "gone";
      case LWT_ACTION.OK:
        if (direction !== "xmit" || skb.protocol === protocol) return "continue";
        break;
    }
    world.ledger.drop(skb, this.where, "LWT_BPF");
    return "gone";
  }

  /** skb_do_redirect: the program has put a link-layer header before the packet, or it is dropped. */
  private redirect(skb: Skb): void {
    const { redirect, ledger } = this.world;
    const { host } = this.site;
    const { ifindex, ingress } = redirect;
    redirect.ifindex = 0;
    skb.macHeader = skb.data;
    if (host === undefined || !host.hasDevice(ifindex) || skb.macHeader >= skb.networkHeader)
      ledger.drop(skb, this.where, "LWT_BPF");
    else host.redirect(skb, ifindex, ingress);
  }
}
