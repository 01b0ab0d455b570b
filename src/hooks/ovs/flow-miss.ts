import type { HookAt } from "../hook.ts";
import { FLOW_PUT_HELPER } from "./flow-put.ts";
import { interpretOpcode, OPCODE_OUTCOMES } from "./opcodes.ts";
import { OvsContext } from "./ovs-context.ts";

/** Open vSwitch's flow-miss: after a look-up that has found nothing, before the packet goes up. It may install flows (bpf_ovs_flow_put). */
export const ovsFlowMiss: HookAt<"ovs-flow-miss"> = {
  name: "ovs-flow-miss",
  place: "ovs-flow-miss",
  key: "flow-miss",
  programTypes: ["sched_cls"],
  description: "Program that sees packets without a flow before the OpenFlow tables do.",
  outcomes: OPCODE_OUTCOMES,
  context: (type, services) => new OvsContext(type, services, false, FLOW_PUT_HELPER),
  interpret: (returnValue, _site, verdict) => interpretOpcode(returnValue, verdict),
};
