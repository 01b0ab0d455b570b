import type { HookAt } from "../hook.ts";
import { OvsContext } from "./ovs-context.ts";
import type { OvsSite, OvsVerdict } from "./site.ts";

const PARSED = 0;
const DROPPED = 1;
const CONTINUED = 2;
const REFUSED = 3;

/** BPF_OK, BPF_DROP and BPF_FLOW_DISSECTOR_CONTINUE of linux/bpf.h. */
const OK = 0;
const DROP = 2;
const CONTINUE = 129;

/**
 * Open vSwitch's parser, before a packet is looked up; modelled on Linux's flow dissector, which is the same idea merged later. With OK
 * the keys that the program wrote are the packet's flow key; with CONTINUE the built-in extraction's are, beside its own words.
 */
export const ovsParser: HookAt<"ovs-parser"> = {
  name: "ovs-parser",
  place: "ovs-parser",
  key: "parser",
  programTypes: ["sched_cls"],
  description: "Program that makes the flow key of each packet, before it is looked up.",
  outcomes: [
    { name: "parsed", row: { returns: "BPF_OK 0", does: "the keys that it wrote are the flow key", fate: "open" } },
    { name: "dropped", row: { returns: "BPF_DROP 2", does: "dropped, counted as a parser's error", fate: "lost" } },
    {
      name: "continued",
      row: {
        returns: "BPF_FLOW_DISSECTOR_CONTINUE 129",
        does: "the built-in extraction runs, and keeps the program's own bytes",
        fate: "open",
      },
    },
    { name: "refused", row: { returns: "anything else", does: "dropped, counted as a parser's error", fate: "lost" } },
  ],
  context: (type, services) => new OvsContext(type, services, true),

  interpret(returnValue: number, _site: OvsSite, verdict: OvsVerdict): number {
    switch (returnValue) {
      case OK:
        verdict.verdict = "parsed";
        return PARSED;
      case DROP:
        verdict.verdict = "drop";
        return DROPPED;
      case CONTINUE:
        verdict.verdict = "continue";
        return CONTINUED;
      default:
        verdict.verdict = "refuse";
        return REFUSED;
    }
  },
};
