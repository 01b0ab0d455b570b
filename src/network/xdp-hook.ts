import type { HostSite } from "../hooks/hook.ts";
import type { RedirectInfo } from "../hooks/services.ts";
import { REDIRECT_ERROR, XDP_ACTION } from "../hooks/xdp/action.ts";
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
    const { events } = world.ledger;
    if (action === XDP_ACTION.ABORTED && events.isOn)
      events.xdp.exception(device, attachment.slot.name, attachment.returnValue);
    // A frame that goes elsewhere is bytes alone: nobody completes a checksum that its sender has left to the device.
    skb.checksumStart = 0;
    skb.metaLength = action === XDP_ACTION.REDIRECT ? skb.metaLength : 0;
    if (action === XDP_ACTION.TX) {
      if (events.isOn) events.xdp.sentBack(device);
      device.transmit(skb);
    } else if (action === XDP_ACTION.REDIRECT) return this.redirect(skb);
    else world.ledger.drop(skb, device.label, "XDP");
    return false;
  }

  /** To where the program's helper has said (xdp_do_redirect). True: to this host's protocols. */
  private redirect(skb: Skb): boolean {
    const { redirectInfo, device, world } = this;
    const { ifindex, devices, toProcessor, asked } = redirectInfo;
    redirectInfo.asked = undefined;
    redirectInfo.ifindex = 0;
    redirectInfo.devices = undefined;
    redirectInfo.toProcessor = false;
    if (world.ledger.events.isOn) this.tell(skb, asked, ifindex, devices !== undefined || toProcessor === true);
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

  /** What becomes of a frame that is to go elsewhere, before it does. */
  private tell(skb: Skb, asked: RedirectInfo["asked"], ifindex: number, isManifold: boolean): void {
    const { device, attachment, world } = this;
    const index = asked?.index ?? 0;
    const target = { map: asked?.map, index, device: isManifold ? undefined : this.host.byIndex(ifindex) };
    const error = asked === undefined ? REDIRECT_ERROR.noTarget : isManifold ? 0 : this.refusal(skb, ifindex);
    world.ledger.events.xdp.redirect(device, attachment.slot.name, target, error);
  }

  private sendBy(skb: Skb, ifindex: number): void {
    const { device, host, world } = this;
    if (!this.canSendBy(skb, ifindex)) {
      world.ledger.drop(skb, device.label, "XDP");
      return;
    }
    const target = host.byIndex(ifindex)!;
    if (world.ledger.events.isOn) world.ledger.events.xdp.transmitted(device, target);
    target.transmit(skb);
  }

  private canSendBy(skb: Skb, ifindex: number): boolean {
    return this.refusal(skb, ifindex) === 0;
  }

  /** Why a device does not take a frame (__xdp_enqueue, xdp_ok_fwd_dev): a negative error number; 0: it does. The loopback device takes none. */
  private refusal(skb: Skb, ifindex: number): number {
    const target = this.host.byIndex(ifindex);
    if (target === undefined) return REDIRECT_ERROR.noDevice;
    if (target === this.host.loopback.device) return REDIRECT_ERROR.notTaken;
    return skb.length <= target.mtu + ETHERNET_HEADER + VLAN_TAG ? 0 : REDIRECT_ERROR.tooLong;
  }
}
