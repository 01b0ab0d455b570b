import type { PppSite } from "../../hooks/hook.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Attachment } from "../../programs/attachment.ts";
import { rawProtocol } from "../ethernet-frame.ts";
import type { Interface } from "../interface.ts";
import type { World } from "../world.ts";

/** LINKTYPE_RAW: the packet begins with its IP header. */
export const LINKTYPE_RAW = 101;

type Filter = Attachment<"ppp-pass"> | Attachment<"ppp-active">;

/**
 * The filters of a PPP device (drivers/net/ppp/ppp_generic.c), and pppd's `idle`: once nothing that the active filter takes has
 * passed for so long, the connection is hung up.
 */
export class PppFilters {
  /** When the last active packet passed (last_xmit, last_recv). */
  private lastActive = 0;
  private isDown = false;
  private readonly pass: Attachment<"ppp-pass"> | undefined;
  private readonly active: Attachment<"ppp-active"> | undefined;
  private readonly idle: number;
  private readonly device: Interface;
  private readonly world: World;
  private readonly site: PppSite;

  constructor(
    filters: {
      readonly pass: Attachment<"ppp-pass"> | undefined;
      readonly active: Attachment<"ppp-active"> | undefined;
      readonly idle: number | undefined;
    },
    device: Interface,
    host: PppSite["host"],
    world: World,
  ) {
    this.pass = filters.pass;
    this.active = filters.active;
    this.idle = filters.idle ?? Number.POSITIVE_INFINITY;
    this.device = device;
    this.world = world;
    this.site = { dataAddress: 0, length: 0, host, outgoing: false };
  }

  /** Does a packet go through, whose data begins at its IP header? Ends it where it does not. */
  lets(skb: Skb, outgoing: boolean): boolean {
    const { world, device, site } = this;
    const { now } = world.simulation;
    if (now - this.lastActive >= this.idle) this.isDown = true;
    if (this.isDown) {
      world.ledger.drop(skb, device.label, "PPP_DOWN");
      return false;
    }
    skb.networkHeader = skb.data;
    skb.macHeader = skb.data;
    skb.protocol = rawProtocol(world.store.bytes, skb);
    site.outgoing = outgoing;
    if (this.pass !== undefined && !this.run(this.pass, skb)) {
      world.ledger.drop(skb, device.label, "PPP_FILTER");
      return false;
    }
    if (this.active === undefined || this.run(this.active, skb)) this.lastActive = now;
    return true;
  }

  private run(attachment: Filter, skb: Skb): boolean {
    const { site, world } = this;
    site.dataAddress = skb.data;
    site.length = skb.length;
    const { matches } = attachment.run(skb, site);
    if (world.observer.tracing) {
      const { hook, slot, returnValue, outcome } = attachment;
      const what = `${hook.name} ${slot.name} returned ${returnValue}: ${hook.outcomes[outcome]!.name}`;
      world.observer.trace(skb, this.device.label, what);
    }
    return matches;
  }
}
