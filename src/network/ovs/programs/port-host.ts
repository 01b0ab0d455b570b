import type { ProgramHost } from "../../../hooks/hook.ts";
import type { Skb } from "../../../packet/skb.ts";
import type { World } from "../../world.ts";
import type { Datapath } from "../datapath/datapath.ts";
import type { SendingPort } from "../datapath/port.ts";

/** The datapath as helpers of programs know a host: by its ports' devices. */
export class PortHost implements ProgramHost {
  private readonly datapath: Datapath;
  private readonly world: World;

  constructor(datapath: Datapath, world: World) {
    this.datapath = datapath;
    this.world = world;
  }

  hasDevice(ifindex: number): boolean {
    return portByIfindex(this.datapath, ifindex) !== undefined;
  }

  copy(skb: Skb): Skb {
    return this.world.ledger.copy(skb);
  }

  /** A datapath has no neighbours. */
  sendToNeighbour(skb: Skb): void {
    this.world.ledger.drop(skb, this.datapath.name, "TC_EGRESS");
  }

  passToPeer(): boolean {
    return false;
  }

  /** What programs say that run on the copy is no answer of the one that sends it. */
  redirect(skb: Skb, ifindex: number, ingress: boolean): number {
    const said = this.world.redirect;
    const { ifindex: ownIfindex, ingress: ownIngress, by, nextHop } = said;
    const port = portByIfindex(this.datapath, ifindex)!;
    if (ingress) this.datapath.inject(port, skb);
    else this.datapath.send(port, skb);
    said.ifindex = ownIfindex;
    said.ingress = ownIngress;
    said.by = by;
    said.nextHop = nextHop;
    return 0;
  }
}

/** The port whose device has that index. */
export function portByIfindex({ ports }: Datapath, ifindex: number): SendingPort | undefined {
  for (const port of ports.values()) if (port.ifindex === ifindex) return port;
  return undefined;
}
