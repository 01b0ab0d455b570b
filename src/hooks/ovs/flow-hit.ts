import type { HookAt } from "../hook.ts";
import { interpretOpcode, OPCODE_OUTCOMES } from "./opcodes.ts";
import { OvsContext } from "./ovs-context.ts";

/** Open vSwitch's flow-hit: the action bpf(NAME,arg0,arg1) of a flow, its arguments in `cb[0]` and `cb[1]`. */
export const ovsFlowHit: HookAt<"ovs-flow-hit"> = {
  name: "ovs-flow-hit",
  place: "ovs-flow-hit",
  key: "flow-hit",
  programTypes: ["sched_cls"],
  description: "Programs by the names that the action bpf(NAME,...) of flows calls them.",
  outcomes: OPCODE_OUTCOMES,
  context: (type, services) => new OvsContext(type, services, false),
  interpret: (returnValue, _site, verdict) => interpretOpcode(returnValue, verdict),
};
