import type { Skb } from "../../packet/skb.ts";
import type { HookAt, TcFilterSite, TcFilterVerdict } from "../hook.ts";
import { majorOf, TC_ACT } from "./verdict.ts";

const NO_MATCH = 0;
const MATCHED = 1;
const CONTINUED = 2;
const OK = 3;
const SHOT = 4;
const STOLEN = 5;
const REDIRECTED = 6;
const TRAPPED = 7;

/** What a program's answer is with direct action (cls_bpf_exec_opcode): its outcome, by the answer. */
const DIRECT: Readonly<Record<number, number>> = {
  [TC_ACT.OK]: OK,
  [TC_ACT.SHOT]: SHOT,
  [TC_ACT.STOLEN]: STOLEN,
  [TC_ACT.REDIRECT]: REDIRECTED,
  [TC_ACT.TRAP]: TRAPPED,
};

/**
 * Traffic control's BPF classifier (net/sched/cls_bpf.c, cls_bpf_classify). Without direct action 0 is no match, -1 the
 * filter's own class, anything else the class. With direct action the answer is the verdict, unknown ones go on to the next filter,
 * and the class is the minor number that the program left in `tc_classid`.
 */
export const tcClassifier: HookAt<"tc-filter"> = {
  name: "tc-filter",
  place: "tc-filter",
  key: "program",
  programTypes: ["classic", "sched_cls"],
  description: "Program that classifies packets (cls_bpf).",
  outcomes: [
    { name: "unmatched", row: { returns: "0", does: "no match: the next filter", fate: "open" } },
    {
      name: "matched",
      row: {
        returns: "-1, or a class",
        does: "a match: the filter's own class, or the class that was returned; then the filter's actions",
        fate: "goes on",
      },
    },
    {
      name: "continued",
      row: {
        returns: "TC_ACT_UNSPEC -1 and whatever direct action has no meaning for",
        does: "the next filter",
        fate: "open",
      },
    },
    {
      name: "ok",
      row: {
        returns: "TC_ACT_OK 0",
        does: "ends the filters, and the packet goes on with the class of tc_classid",
        fate: "goes on",
      },
    },
    { name: "shot", row: { returns: "TC_ACT_SHOT 2", does: "dropped", fate: "lost" } },
    { name: "stolen", row: { returns: "TC_ACT_STOLEN 4", does: "consumed, counted as success", fate: "lost" } },
    {
      name: "redirected",
      row: {
        returns: "TC_ACT_REDIRECT 7",
        does: "goes where bpf_redirect said; at a qdisc's filters, which do not know it, dropped",
        fate: "elsewhere",
      },
    },
    { name: "trapped", row: { returns: "TC_ACT_TRAP 8", does: "consumed, counted as success", fate: "lost" } },
  ],

  interpret(returnValue: number, site: TcFilterSite, verdict: TcFilterVerdict, _: unknown, skb: Skb): number {
    const answer = returnValue | 0;
    if (site.directAction) {
      const outcome = DIRECT[answer] ?? CONTINUED;
      verdict.action = outcome === CONTINUED ? TC_ACT.UNSPEC : answer;
      verdict.classid = (majorOf(site.classid) | skb.tcClassid) >>> 0;
      return outcome;
    }
    verdict.action = answer === 0 ? TC_ACT.UNSPEC : TC_ACT.OK;
    verdict.classid = answer === -1 ? site.classid : returnValue;
    return answer === 0 ? NO_MATCH : MATCHED;
  },
};
