import { ENTRY_ATTACH_TYPE } from "../../bpf/maps/entry-program.ts";
import { findProgramType } from "../../bpf/program-type.ts";
import type { HookAt, Outcome, XdpSite, XdpVerdict } from "../hook.ts";
import type { HookServices } from "../services.ts";
import { XDP_ACTION } from "./action.ts";
import { XdpContext } from "./xdp-context.ts";

/** Such programs are verified for what only they may read (`egress_ifindex`): those of devices are others. */
const context = (_type: string, services: HookServices) => new XdpContext(findProgramType("xdp")!, services);

const DEVICE_OUTCOMES: readonly Outcome[] = [
  { name: "aborted", row: { returns: "XDP_ABORTED 0", does: "dropped, and a tracepoint tells", fate: "lost" } },
  { name: "dropped", row: { returns: "XDP_DROP 1", does: "dropped before it is sent", fate: "lost" } },
  { name: "passed", row: { returns: "XDP_PASS 2", does: "sent out by the entry's device", fate: "goes on" } },
  {
    name: "unknown",
    within: "aborted",
    row: { returns: "anything else", does: "as XDP_ABORTED, with a warning", fate: "lost" },
  },
];
const DEVICE_UNKNOWN = 3;

/** Behind a redirection to an entry of a devmap, before the frame is sent (dev_map_bpf_prog_run). */
export const xdpDevmap: HookAt<"xdp-devmap"> = {
  name: "xdp-devmap",
  place: "xdp-devmap",
  key: "program",
  programTypes: ["xdp"],
  attachType: ENTRY_ATTACH_TYPE.devmap,
  takesAttachType: (type) => type === ENTRY_ATTACH_TYPE.devmap,
  description:
    "Program that frames pass which are redirected to an entry of a devmap, before the entry's device sends them.",
  outcomes: DEVICE_OUTCOMES,
  context,

  interpret(returnValue: number, _site: XdpSite, verdict: XdpVerdict): number {
    const isKnown = returnValue <= XDP_ACTION.PASS;
    verdict.action = isKnown ? returnValue : XDP_ACTION.ABORTED;
    return isKnown ? returnValue : DEVICE_UNKNOWN;
  },
};

const PROCESSOR_OUTCOMES: readonly Outcome[] = [
  { name: "dropped", row: { returns: "XDP_DROP 1", does: "dropped", fate: "lost" } },
  { name: "passed", row: { returns: "XDP_PASS 2", does: "goes up the stack", fate: "goes on" } },
  {
    name: "redirected",
    row: { returns: "XDP_REDIRECT 4", does: "goes where bpf_redirect said, or is dropped", fate: "elsewhere" },
  },
  {
    name: "unknown",
    within: "dropped",
    row: { returns: "anything else", does: "dropped, with a warning", fate: "lost" },
  },
];
const PROCESSOR_OUTCOME: Readonly<Record<number, number>> = {
  [XDP_ACTION.DROP]: 0,
  [XDP_ACTION.PASS]: 1,
  [XDP_ACTION.REDIRECT]: 2,
};
const PROCESSOR_UNKNOWN = 3;

/** On the processor that a cpumap has handed a frame to (cpu_map_bpf_prog_run_xdp). */
export const xdpCpumap: HookAt<"xdp-cpumap"> = {
  name: "xdp-cpumap",
  place: "xdp-cpumap",
  key: "program",
  programTypes: ["xdp"],
  attachType: ENTRY_ATTACH_TYPE.cpumap,
  takesAttachType: (type) => type === ENTRY_ATTACH_TYPE.cpumap,
  description: "Program that frames pass on the processor which an entry of a cpumap has handed them to.",
  outcomes: PROCESSOR_OUTCOMES,
  context,

  interpret(returnValue: number, _site: XdpSite, verdict: XdpVerdict): number {
    const outcome = PROCESSOR_OUTCOME[returnValue] ?? PROCESSOR_UNKNOWN;
    verdict.action = outcome === PROCESSOR_UNKNOWN ? XDP_ACTION.DROP : returnValue;
    return outcome;
  },
};
