import type { XdpSite } from "../hooks/hook.ts";
import type { RedirectInfo } from "../hooks/services.ts";
import { REDIRECT_ERROR, XDP_ACTION } from "../hooks/xdp/action.ts";
import type { Skb } from "../packet/skb.ts";
import type { EntryAttachment } from "../programs/entry-programs.ts";
import { ETHERNET_HEADER } from "./ethernet-frame.ts";
import type { Host } from "./host.ts";
import type { Interface } from "./interface.ts";
import type { World } from "./world.ts";
import { runOnFrame } from "./xdp-run.ts";

type HeldProgram = NonNullable<RedirectInfo["program"]>;

/** VLAN_HLEN: a tag more than the MTU is let through. */
const VLAN_TAG = 4;
/** Processors that a frame is handed to one after another before it is lost. Linux has no end to that; here no time would pass. */
const MOST_HANDOVERS = 1000;

/** Where frames go that a program sends elsewhere, and the programs that they pass behind that (xdp_do_redirect). */
export class XdpRedirection {
  private readonly device: Interface;
  private readonly host: Host;
  private readonly world: World;
  private readonly site: XdpSite;

  /** @param device by which the frames came in. @param site what the program before was told. */
  constructor(device: Interface, host: Host, world: World, site: XdpSite) {
    this.device = device;
    this.host = host;
    this.world = world;
    this.site = site;
  }

  /** To where the program's helper has said. True: to this host's protocols. @param name the program's. */
  send(skb: Skb, name: string): boolean {
    const { device, world } = this;
    const { redirect } = world;
    let by = name;
    for (let handovers = 0; handovers < MOST_HANDOVERS; handovers++) {
      const { ifindex, targets, toProcessor, program } = redirect;
      if (world.ledger.events.isOn) this.tell(skb, by, targets !== undefined || toProcessor === true);
      redirect.asked = undefined;
      redirect.ifindex = 0;
      redirect.targets = undefined;
      redirect.toProcessor = false;
      redirect.program = undefined;
      if (toProcessor !== true) {
        if (targets === undefined) this.sendBy(skb, ifindex, program);
        else this.sendToAll(skb, targets);
        return false;
      }
      // All processors are one here: the frame goes on at once.
      if (program === undefined) return true;
      const attachment = this.attached(program);
      const action = this.run(attachment, skb, device, 0);
      if (action === XDP_ACTION.PASS) return true;
      if (action !== XDP_ACTION.REDIRECT) break;
      by = attachment.slot.name;
    }
    world.ledger.drop(skb, device.label, "XDP");
    return false;
  }

  private sendToAll(skb: Skb, all: NonNullable<RedirectInfo["targets"]>): void {
    const { world, device, site } = this;
    const targets = all.filter((target) => this.refusal(skb, target.device.index) === 0);
    const { headroom } = site;
    targets.forEach((target, i) => {
      const isLast = i === targets.length - 1;
      site.headroom = headroom;
      this.sendBy(isLast ? skb : world.ledger.copy(skb), target.device.index, target.program);
    });
    if (targets.length === 0) world.ledger.drop(skb, device.label, "XDP");
  }

  private sendBy(skb: Skb, ifindex: number, program: HeldProgram | undefined): void {
    const { device, host, world } = this;
    const { ledger } = world;
    if (this.refusal(skb, ifindex) !== 0) {
      ledger.drop(skb, device.label, "XDP");
      return;
    }
    const target = host.byIndex(ifindex)!;
    const isSent = program === undefined || this.passes(skb, target, program);
    if (ledger.events.isOn) ledger.events.xdp.transmitted(device, target, isSent);
    if (isSent) {
      skb.metaLength = 0;
      target.transmit(skb);
    } else ledger.drop(skb, target.label, "XDP");
  }

  /** Whether a map's program lets a frame out (dev_map_bpf_prog_run). */
  private passes(skb: Skb, target: Interface, program: HeldProgram): boolean {
    const attachment = this.attached(program);
    const action = this.run(attachment, skb, target, target.index);
    const { events } = this.world.ledger;
    if (action === XDP_ACTION.ABORTED && events.isOn)
      events.xdp.exception(target, attachment.slot.name, attachment.returnValue);
    return action === XDP_ACTION.PASS;
  }

  /** Programs behind a redirection are not told the queue. */
  private run(attachment: EntryAttachment, skb: Skb, at: Interface, egressIfindex: number): number {
    this.site.queue = 0;
    this.site.egressIfindex = egressIfindex;
    return runOnFrame(attachment, skb, this.site, at, this.world);
  }

  private attached({ id }: HeldProgram): EntryAttachment {
    return this.world.entryPrograms.get(id)!;
  }

  /** What becomes of a frame that is to go elsewhere, before it does. */
  private tell(skb: Skb, name: string, isManifold: boolean): void {
    const { device, host, world } = this;
    const { asked, ifindex } = world.redirect;
    const index = asked?.index ?? 0;
    const target = { map: asked?.map, index, device: isManifold ? undefined : host.byIndex(ifindex) };
    const error = asked === undefined ? REDIRECT_ERROR.noTarget : isManifold ? 0 : this.refusal(skb, ifindex);
    world.ledger.events.xdp.redirect(device, name, target, error);
  }

  /** Why a device does not take a frame (__xdp_enqueue, xdp_ok_fwd_dev): a negative error number; 0: it does. The loopback device takes none. */
  private refusal(skb: Skb, ifindex: number): number {
    const target = this.host.byIndex(ifindex);
    if (target === undefined) return REDIRECT_ERROR.noDevice;
    if (target === this.host.loopback.device) return REDIRECT_ERROR.notTaken;
    return skb.length <= target.mtu + ETHERNET_HEADER + VLAN_TAG ? 0 : REDIRECT_ERROR.tooLong;
  }
}
