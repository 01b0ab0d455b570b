import type { XdpSite } from "../hooks/hook.ts";
import type { Skb } from "../packet/skb.ts";
import type { Attachment } from "../programs/attachment.ts";
import type { Interface } from "./interface.ts";
import type { World } from "./world.ts";

/** Runs a program on a frame as it is now, and tells who traces. Gives one of XDP_ACTION. */
export function runOnFrame(
  attachment: Attachment<"xdp" | "xdp-devmap" | "xdp-cpumap">,
  skb: Skb,
  site: XdpSite,
  device: Interface,
  world: World,
): number {
  site.dataAddress = skb.data;
  site.length = skb.length;
  skb.macHeader = skb.data;
  const { action } = attachment.run(skb, site);
  if (world.observer.tracing) {
    const { hook, slot, returnValue, outcome } = attachment;
    const did = `${hook.name} ${slot.name} returned ${returnValue}: ${hook.outcomes[outcome]!.name}`;
    world.observer.trace(skb, device.label, did);
  }
  return action;
}
