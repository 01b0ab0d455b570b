import type { Skb } from "../packet/skb.ts";
import type { EventHandler } from "../simulation/event-queue.ts";
import type { AddressModel } from "../topology/model.ts";
import { ETHERNET_HEADER } from "./ethernet-frame.ts";
import { type Carrier, type FrameReceiver, Interface } from "./interface.ts";
import { VIRTUAL } from "./offload/features.ts";
import type { World } from "./world.ts";

/** ARPHRD_LOOPBACK. */
const ARPHRD_LOOPBACK = 772;
const MTU = 65_536;

const ADDRESSES: readonly AddressModel[] = [
  { family: 4, address: Uint8Array.of(127, 0, 0, 1), prefix: 8 },
  { family: 6, address: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), prefix: 128 },
];

/** The wire of a loopback device (drivers/net/loopback.c): what is sent comes in again at the same time, after what was already due. */
export class Loopback implements Carrier, EventHandler {
  readonly device: Interface;
  /** Packets on their way. */
  queued = 0;
  private readonly world: World;

  /** Makes the device `lo` with index 1 for the host `owner`. */
  constructor(host: string, owner: FrameReceiver, world: World) {
    this.world = world;
    const model = { name: "lo", index: 1, mac: new Uint8Array(6), mtu: MTU, addresses: ADDRESSES };
    this.device = new Interface(host, model, owner, world.ledger, { hatype: ARPHRD_LOOPBACK });
    this.device.link = this;
    this.device.offload = VIRTUAL;
  }

  send(skb: Skb): void {
    this.queued++;
    const { events } = this.world.ledger;
    if (events.isOn) {
      // loopback_xmit has taken the header off already.
      skb.data += ETHERNET_HEADER;
      skb.length -= ETHERNET_HEADER;
      events.packets.loop(this.device.node, skb, this.device);
      skb.data -= ETHERNET_HEADER;
      skb.length += ETHERNET_HEADER;
    }
    this.world.simulation.after(0, this, 0, skb);
  }

  /** Run by the simulation. */
  run(_: number, skb: unknown): void {
    this.queued--;
    this.device.receive(skb as Skb);
  }
}
