import { ENTRY_ATTACH_TYPE } from "../../bpf/maps/entry-program.ts";
import type { HookAt, Outcome, XdpSite, XdpVerdict } from "../hook.ts";
import { XDP_ACTION } from "./action.ts";

/** Outcomes in the order of XDP_ACTION. */
const OUTCOMES: readonly Outcome[] = [
  { name: "aborted", row: { returns: "XDP_ABORTED 0", does: "dropped, and a tracepoint tells", fate: "lost" } },
  { name: "dropped", row: { returns: "XDP_DROP 1", does: "dropped in the driver", fate: "lost" } },
  { name: "passed", row: { returns: "XDP_PASS 2", does: "goes up the stack", fate: "goes on" } },
  {
    name: "transmitted",
    row: { returns: "XDP_TX 3", does: "sent out by the device that it came in by", fate: "elsewhere" },
  },
  {
    name: "redirected",
    row: { returns: "XDP_REDIRECT 4", does: "goes where bpf_redirect said, or is dropped", fate: "elsewhere" },
  },
  {
    name: "unknown",
    within: "aborted",
    row: { returns: "anything else", does: "as XDP_ABORTED, with a warning", fate: "lost" },
  },
];
const UNKNOWN = 5;

/** XDP in the driver: what the program returns is what happens, and values that have no meaning are ABORTED (bpf_warn_invalid_xdp_action). */
export const xdp: HookAt<"xdp"> = {
  name: "xdp",
  place: "xdp",
  key: "xdp",
  programTypes: ["xdp"],
  // BPF_XDP
  attachType: 37,
  // dev_xdp_attach
  takesAttachType: (type) => type !== ENTRY_ATTACH_TYPE.devmap && type !== ENTRY_ATTACH_TYPE.cpumap,
  description: "Program that sees each frame that comes in before anything else does (XDP, in the driver).",
  outcomes: OUTCOMES,

  interpret(returnValue: number, _site: XdpSite, verdict: XdpVerdict): number {
    const isKnown = returnValue <= XDP_ACTION.REDIRECT;
    verdict.action = isKnown ? returnValue : XDP_ACTION.ABORTED;
    return isKnown ? returnValue : UNKNOWN;
  },
};
