import type { Skb } from "../../packet/skb.ts";
import type { PacketSite } from "../places.ts";
import type { ClassicContext } from "../program-context.ts";
import type { HookServices } from "../services.ts";
import { PacketView } from "./packet-view.ts";

/** What classic programs are given of a packet. */
export class PacketContext implements ClassicContext<Skb, PacketSite> {
  readonly kind = "classic";
  readonly view: PacketView;

  constructor({ pool, chance }: Pick<HookServices, "pool" | "chance">) {
    this.view = new PacketView(pool.store, chance);
  }

  enter(skb: Skb, { dataAddress, length }: PacketSite): number {
    const { view } = this;
    view.show(skb);
    view.data = dataAddress;
    view.length = length;
    return 0;
  }

  leave(): void {}
}
