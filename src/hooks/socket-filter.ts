import type { ClassicPacket } from "../bpf/classic/packet.ts";
import type { Skb } from "../packet/skb.ts";
import type { Hook, HookSite, Verdict } from "./hook.ts";

/**
 * SO_ATTACH_FILTER: net/core/filter.c sk_filter_trim_cap and net/packet/af_packet.c run_filter. Return 0: not passed
 * to user space. Return N: trimmed to N bytes, though not below the socket's minimum and never beyond the packet.
 */
export const socketFilter: Hook = {
  name: "socket-filter",
  place: "socket",
  key: "filter",
  programTypes: ["classic"],
  description: "Program that decides which packets the socket receives, and how many bytes of each (SO_ATTACH_FILTER).",

  bind(_skb: Skb, site: HookSite, view: ClassicPacket): void {
    view.data = site.dataAddress;
    view.length = site.length;
  },

  interpret(returnValue: number, site: HookSite, verdict: Verdict): void {
    if (returnValue === 0) {
      verdict.action = "drop";
      verdict.length = 0;
      return;
    }
    verdict.action = "pass";
    verdict.length = Math.min(Math.max(returnValue, site.minimum), site.length);
  },
};
