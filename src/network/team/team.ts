import type { HostSite } from "../../hooks/hook.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Attachment } from "../../programs/attachment.ts";
import type { Host } from "../host.ts";
import type { Carrier, Interface } from "../interface.ts";
import type { World } from "../world.ts";

/** What a team device sends by: one of its ports, chosen by a hash (drivers/net/team/team_mode_loadbalance.c, lb_transmit). */
export class Team implements Carrier {
  private readonly device: Interface;
  private readonly ports: readonly Interface[];
  private readonly hash: Attachment<"team-hash"> | undefined;
  private readonly mapping: ReadonlyMap<number, Interface> | undefined;
  private readonly host: Host;
  private readonly site: HostSite;
  private readonly world: World;

  constructor(
    device: Interface,
    ports: readonly Interface[],
    hash: Attachment<"team-hash"> | undefined,
    mapping: ReadonlyMap<number, Interface> | undefined,
    host: Host,
    world: World,
  ) {
    this.device = device;
    this.ports = ports;
    this.hash = hash;
    this.mapping = mapping;
    this.host = host;
    this.site = { dataAddress: 0, length: 0, host };
    this.world = world;
  }

  send(skb: Skb): void {
    const hash = this.hash === undefined ? 0 : this.hashOf(this.hash, skb);
    // A hash without a port of its own falls back on the plain way (lb_htpm_select_tx_port).
    const port = this.mapping?.get(hash) ?? this.ports[hash % this.ports.length];
    if (port === undefined) this.world.ledger.drop(skb, this.device.label, "DEV_READY");
    else this.host.transmit(port, skb);
  }

  private hashOf(attachment: Attachment<"team-hash">, skb: Skb): number {
    const { site, world } = this;
    site.dataAddress = skb.data;
    site.length = skb.length;
    const { hash } = attachment.run(skb, site);
    if (world.observer.tracing) {
      const { hook, slot, returnValue } = attachment;
      const what = `${hook.name} ${slot.name} returned ${returnValue}: hash ${hash}`;
      world.observer.trace(skb, this.device.label, what);
    }
    return hash;
  }
}
