import type { XdpSite } from "../hooks/hook.ts";
import { XDP_ACTION } from "../hooks/xdp/action.ts";
import { HEADROOM } from "../hooks/xdp/xdp-block.ts";
import type { Skb } from "../packet/skb.ts";
import type { Attachment } from "../programs/attachment.ts";
import type { Host } from "./host.ts";
import type { Interface } from "./interface.ts";
import type { World } from "./world.ts";
import { XdpRedirection } from "./xdp-redirection.ts";
import { runOnFrame } from "./xdp-run.ts";

/** The XDP program of a device, and what its driver does upon its answer. */
export class XdpHook {
  private readonly attachment: Attachment<"xdp">;
  private readonly device: Interface;
  private readonly world: World;
  private readonly redirection: XdpRedirection;
  private readonly site: XdpSite;

  constructor(attachment: Attachment<"xdp">, device: Interface, host: Host, world: World) {
    this.attachment = attachment;
    this.device = device;
    this.world = world;
    this.site = { dataAddress: 0, length: 0, host, queue: 0, egressIfindex: 0, headroom: 0 };
    this.redirection = new XdpRedirection(device, host, world, this.site);
  }

  /** Runs it on a frame that has just come in. False: the frame has ended or has gone elsewhere. */
  pass(skb: Skb): boolean {
    const { site, attachment, device, world } = this;
    // The driver gives it frames in one piece (skb_pp_cow_data).
    skb.dataLength = 0;
    site.queue = skb.queue;
    site.egressIfindex = 0;
    site.headroom = HEADROOM;
    const action = runOnFrame(attachment, skb, site, device, world);
    if (action === XDP_ACTION.PASS) return true;
    const { events } = world.ledger;
    if (action === XDP_ACTION.ABORTED && events.isOn)
      events.xdp.exception(device, attachment.slot.name, attachment.returnValue);
    // A frame that goes elsewhere is bytes alone: nobody completes a checksum that its sender has left to the device.
    skb.checksumStart = 0;
    skb.metaLength = action === XDP_ACTION.REDIRECT ? skb.metaLength : 0;
    if (action === XDP_ACTION.TX) {
      if (events.isOn) events.xdp.sentBack(device);
      device.transmit(skb);
    } else if (action === XDP_ACTION.REDIRECT) return this.redirection.send(skb, attachment.slot.name);
    else world.ledger.drop(skb, device.label, "XDP");
    return false;
  }
}
