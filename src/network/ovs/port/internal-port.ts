import type { Skb } from "../../../packet/skb.ts";
import type { PortModel } from "../../../topology/model.ts";
import type { Interface } from "../../interface.ts";
import type { World } from "../../world.ts";
import type { Datapath } from "../datapath/datapath.ts";
import { DevicePort } from "./device-port.ts";

/** A port that is an interface of the host which the switch runs on (net/openvswitch/vport-internal_dev.c): what the host sends by it comes into the switch, and the other way round. */
export class InternalPort extends DevicePort {
  readonly isUp = true;

  constructor(model: PortModel, device: Interface, datapath: Datapath, world: World) {
    super(model, device, world);
    device.link = { send: (skb) => datapath.receive(this, skb) };
  }

  send(skb: Skb): void {
    this.settle(skb);
    this.device.receive(skb);
  }
}
