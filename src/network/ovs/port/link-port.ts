import type { Skb } from "../../../packet/skb.ts";
import { DevicePort } from "./device-port.ts";

/** A port at the end of a link. */
export class LinkPort extends DevicePort {
  get isUp(): boolean {
    return this.device.link !== undefined;
  }

  send(skb: Skb): void {
    this.settle(skb);
    // What one machine has noted on a packet, another does not see.
    skb.mark = 0;
    skb.priority = 0;
    this.device.transmit(skb);
  }
}
