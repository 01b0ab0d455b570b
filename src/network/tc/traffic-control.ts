import type { HostSite, ProgramHost } from "../../hooks/hook.ts";
import type { RedirectInfo } from "../../hooks/services.ts";
import { minorOf, TC_ACT } from "../../hooks/tc/verdict.ts";
import type { DropReason } from "../../packet/drop-reason.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Attachment } from "../../programs/attachment.ts";
import type { Interface } from "../interface.ts";
import { noCounts } from "../qdisc/counts.ts";
import { packetCount } from "../qdisc/packet-length.ts";
import type { World } from "../world.ts";
import type { FilterList } from "./filter-list.ts";

/** Programs and filters at one side of a device: tcx, then clsact. */
export class TrafficHook {
  readonly filters: FilterList;
  /** It has dropped the last packet. */
  hasDropped = false;
  /** What came to the filters, and what they dropped. */
  readonly counts = noCounts();
  programs: readonly Attachment<"tcx-ingress" | "tcx-egress">[];
  private readonly reason: DropReason;
  private readonly device: Interface;
  private readonly host: ProgramHost;
  private readonly redirectInfo: RedirectInfo;
  private readonly world: World;
  private readonly site: HostSite;

  constructor(
    side: "ingress" | "egress",
    programs: readonly Attachment<"tcx-ingress" | "tcx-egress">[],
    filters: FilterList,
    device: Interface,
    host: ProgramHost,
    world: World,
  ) {
    this.reason = side === "ingress" ? "TC_INGRESS" : "TC_EGRESS";
    this.programs = programs;
    this.filters = filters;
    this.device = device;
    this.host = host;
    this.redirectInfo = world.redirect;
    this.world = world;
    this.site = { dataAddress: 0, length: 0, host };
  }

  /**
   * Runs them on a packet whose data begins at its MAC header (sch_handle_ingress, sch_handle_egress). False: the packet has ended
   * or has gone elsewhere.
   */
  pass(skb: Skb): boolean {
    if (this.reason === "TC_INGRESS") {
      skb.atIngress = 1;
      // Where the packet comes in its link-layer header is not counted (sch_handle_ingress).
      skb.wireLength = skb.data + skb.length - skb.networkHeader;
    } else skb.atIngress = 0;
    let answer = this.runPrograms(skb);
    let problem: DropReason | undefined;
    if (answer === TC_ACT.UNSPEC) {
      answer = this.classify(skb);
      problem = this.filters.problem;
      if (answer === TC_ACT.OK || answer === TC_ACT.RECLASSIFY) skb.tcIndex = minorOf(this.filters.classid);
    }
    const { ledger } = this.world;
    this.hasDropped = answer === TC_ACT.SHOT;
    switch (answer) {
      case TC_ACT.SHOT:
        ledger.drop(skb, this.device.label, problem ?? this.reason);
        return false;
      case TC_ACT.STOLEN:
      case TC_ACT.QUEUED:
      case TC_ACT.TRAP:
        ledger.deliver(skb, this.device.label, "traffic control");
        return false;
      case TC_ACT.CONSUMED:
        return false;
      case TC_ACT.REDIRECT:
        this.redirect(skb);
        return false;
      default:
        skb.atIngress = 0;
        return true;
    }
  }

  /** Has the filters look at a packet, and counts it where there are any that it begins with (tc_run). */
  private classify(skb: Skb): number {
    const { filters, counts } = this;
    if (filters.isEmpty) return TC_ACT.UNSPEC;
    counts.packets += packetCount(skb);
    counts.bytes += skb.wireLength;
    const answer = filters.classify(skb);
    if (answer === TC_ACT.SHOT) counts.dropped++;
    return answer;
  }

  private runPrograms(skb: Skb): number {
    const { site, world } = this;
    for (const attachment of this.programs) {
      site.dataAddress = skb.data;
      site.length = skb.length;
      const { action } = attachment.run(skb, site);
      const { hook, slot, returnValue, outcome } = attachment;
      if (world.observer.tracing)
        world.observer.trace(
          skb,
          this.device.label,
          `${hook.name} ${slot.name} returned ${returnValue | 0}: ${hook.outcomes[outcome]!.name}`,
        );
      if (action === TC_ACT.OK) skb.tcIndex = skb.tcClassid;
      // An answer that tcx does not know ends the programs as well, and leaves the packet to clsact.
      if ((returnValue | 0) !== TC_ACT.UNSPEC) return action;
    }
    return TC_ACT.UNSPEC;
  }

  /** To where a program's bpf_redirect has said (skb_do_redirect). */
  private redirect(skb: Skb): void {
    const { redirectInfo, host, world } = this;
    const { ifindex, ingress, by, nextHop } = redirectInfo;
    const isIncoming = skb.atIngress === 1;
    skb.atIngress = 0;
    redirectInfo.ifindex = 0;
    redirectInfo.by = undefined;
    redirectInfo.nextHop = undefined;
    if (!host.hasDevice(ifindex)) {
      world.ledger.drop(skb, this.device.label, this.reason);
      return;
    }
    if (by === undefined) host.redirect(skb, ifindex, ingress);
    else if (by === "neighbour") host.sendToNeighbour(skb, ifindex, nextHop);
    else if (!isIncoming || !host.passToPeer(skb, ifindex)) world.ledger.drop(skb, this.device.label, this.reason);
  }
}
