import type { HookAt, HostSite, XdpVerdict } from "../hook.ts";
import { XDP_ACTION } from "./action.ts";

/** Outcomes in the order of XDP_ACTION. */
const OUTCOMES = [
  { name: "aborted" },
  { name: "dropped" },
  { name: "passed" },
  { name: "transmitted" },
  { name: "redirected" },
  { name: "unknown", within: "aborted" },
] as const;
const UNKNOWN = 5;

/** XDP in the driver: what the program returns is what happens, and values that have no meaning are ABORTED (bpf_warn_invalid_xdp_action). */
export const xdp: HookAt<"xdp"> = {
  name: "xdp",
  place: "xdp",
  key: "xdp",
  programTypes: ["xdp"],
  // BPF_XDP
  attachType: 37,
  description: "Program that sees each frame that comes in before anything else does (XDP, in the driver).",
  outcomes: OUTCOMES,

  interpret(returnValue: number, _site: HostSite, verdict: XdpVerdict): number {
    const isKnown = returnValue <= XDP_ACTION.REDIRECT;
    verdict.action = isKnown ? returnValue : XDP_ACTION.ABORTED;
    return isKnown ? returnValue : UNKNOWN;
  },
};
