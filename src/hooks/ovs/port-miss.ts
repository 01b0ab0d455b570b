import type { HookAt } from "../hook.ts";
import { FORWARDING_HELPERS } from "./forwarding-helpers.ts";
import { OvsContext } from "./ovs-context.ts";

const FORWARDED = 0;
const DROPPED = 1;

/**
 * Open vSwitch's flow-miss in the contract of 2013 (PLUMgrid's net/openvswitch/bpf_callbacks.c): programs that are bound to ports. Their
 * helpers say what becomes of a packet; what they return is nothing.
 */
export const ovsPortMiss: HookAt<"ovs-port-miss"> = {
  name: "ovs-port-miss",
  place: "ovs-port-miss",
  key: "flow-miss",
  programTypes: ["sched_cls"],
  description:
    "Program that sees packets from this port without a flow instead of the slow path. Needs `contract: plumgrid2013`.",
  outcomes: [
    {
      name: "forwarded",
      row: {
        returns: "anything, after bpf_forward or bpf_forward_self",
        does: "goes to the first port said",
        fate: "elsewhere",
      },
    },
    {
      name: "dropped",
      row: { returns: "anything, without them", does: "dropped; its copies go their way", fate: "lost" },
    },
  ],
  context: (type, services) => new OvsContext(type, services, false, FORWARDING_HELPERS),

  interpret(_returnValue, { hasForwarded }, verdict) {
    verdict.verdict = hasForwarded ? "stolen" : "drop";
    return hasForwarded ? FORWARDED : DROPPED;
  },
};
