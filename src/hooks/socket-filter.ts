import type { HookAt, SocketSite, SocketVerdict } from "./hook.ts";

const PASSED = 0;
const TRIMMED = 1;
const DROPPED = 2;

/**
 * SO_ATTACH_FILTER and SO_ATTACH_BPF: net/core/filter.c sk_filter_trim_cap and net/packet/af_packet.c run_filter. Return 0: not
 * passed to user space. Return N: trimmed to N bytes, though not below the socket's minimum and never beyond the packet.
 */
export const socketFilter: HookAt<"socket"> = {
  name: "socket-filter",
  place: "socket",
  key: "filter",
  programTypes: ["classic", "socket_filter"],
  description:
    "Program that decides which packets the socket receives, and how many bytes of each (SO_ATTACH_FILTER, SO_ATTACH_BPF).",
  outcomes: [
    {
      name: "passed",
      row: { returns: "the packet's length or more", does: "queued whole for user space", fate: "goes on" },
    },
    {
      name: "trimmed",
      within: "passed",
      row: { returns: "N", does: "cut to N bytes, not below the socket's minimum, and queued", fate: "goes on" },
    },
    { name: "dropped", row: { returns: "0", does: "not passed to user space, counted as filtered", fate: "lost" } },
  ],

  interpret(returnValue: number, site: SocketSite, verdict: SocketVerdict): number {
    if (returnValue === 0) {
      verdict.action = "drop";
      verdict.length = 0;
      return DROPPED;
    }
    verdict.action = "pass";
    verdict.length = Math.min(Math.max(returnValue, site.minimum), site.length);
    return verdict.length < site.length ? TRIMMED : PASSED;
  },
};
