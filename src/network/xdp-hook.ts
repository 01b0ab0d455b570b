import type { HostSite } from "../hooks/hook.ts";
import type { RedirectInfo } from "../hooks/services.ts";
import { XDP_ACTION } from "../hooks/xdp/action.ts";
import type { Skb } from "../packet/skb.ts";
import type { Attachment } from "../programs/attachment.ts";
import { ETHERNET_HEADER } from "./ethernet-frame.ts";
import type { Host } from "./host.ts";
import type { Interface } from "./interface.ts";
import type { World } from "./world.ts";

/** VLAN_HLEN: a tag more than the MTU is let through. */
const VLAN_TAG = 4;

/** The XDP program of a device, and what its driver does upon its answer. */
export class XdpHook {
  private readonly attachment: Attachment<"xdp">;
  private readonly device: Interface;
  private readonly host: Host;
  private readonly redirectInfo: RedirectInfo;
  private readonly world: World;
  private readonly site: HostSite;

  constructor(attachment: Attachment<"xdp">, device: Interface, host: Host, world: World) {
    this.attachment = attachment;
    this.device = device;
    this.host = host;
    this.redirectInfo = world.redirect;
    this.world = world;
    this.site = { dataAddress: 0, length: 0, host };
  }

  /** Runs it on a frame that has just come in. False: the frame has ended or has gone elsewhere. */
  pass(skb: Skb): boolean {
    const { site, attachment, device, world } = this;
    // The driver gives it frames in one piece (skb_pp_cow_data).
    skb.dataLength = 0;
    site.dataAddress = skb.data;
    site.length = skb.length;
    skb.macHeader = skb.data;
    const { action } = attachment.run(skb, site);
    if (world.observer.tracing) {
      const { hook, slot, returnValue, outcome } = attachment;
      world.observer.trace(
        skb,
        device.label,
        `xdp ${slot.name} returned ${returnValue}: ${hook.outcomes[outcome]!.name}`,
      );
    }
    if (action === XDP_ACTION.PASS) return true;
    // A frame that goes elsewhere is bytes alone: nobody completes a checksum that its sender has left to the device.
    skb.checksumStart = 0;
    skb.metaLength = action === XDP_ACTION.REDIRECT ? skb.metaLength : 0;
    if (action === XDP_ACTION.TX) device.transmit(skb);
    else if (action === XDP_ACTION.REDIRECT) return this.redirect(skb);
    else world.ledger.drop(skb, device.label, "XDP");
    return false;
  }

  /** To where the program's helper has said (xdp_do_redirect). True: to this host's protocols. */
  private redirect(skb: Skb): boolean {
    const { redirectInfo, device, world } = this;
    const { ifindex, devices, toProcessor } = redirectInfo;
    redirectInfo.ifindex = 0;
    redirectInfo.devices = undefined;
    redirectInfo.toProcessor = false;
    // All processors are one here: the frame goes on at once.
    if (toProcessor === true) return true;
    skb.metaLength = 0;
    if (devices === undefined) {
      this.sendBy(skb, ifindex);
      return false;
    }
    const targets = devices.filter((index) => this.canSendBy(skb, index));
    targets.forEach((index, i) => {
      this.sendBy(i === targets.length - 1 ? skb : world.ledger.copy(skb), index);
    });
    if (targets.length === 0) world.ledger.drop(skb, device.label, "XDP");
    return false;
  }

  private sendBy(skb: Skb, ifindex: number): void {
    if (this.canSendBy(skb, ifindex)) this.host.byIndex(ifindex)!.transmit(skb);
    else this.world.ledger.drop(skb, this.device.label, "XDP");
  }

  /** xdp_ok_fwd_dev; the loopback device takes no frames of XDP. */
  private canSendBy(skb: Skb, ifindex: number): boolean {
    const target = this.host.byIndex(ifindex);
    if (target === undefined || target === this.host.loopback.device) return false;
    return skb.length <= target.mtu + ETHERNET_HEADER + VLAN_TAG;
  }
}
