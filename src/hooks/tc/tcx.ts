import type { HookAt, PacketSite, TcActionVerdict } from "../hook.ts";
import { TC_ACT } from "./verdict.ts";

const CONTINUED = 0;
const PASSED = 1;
const DROPPED = 2;
const REDIRECTED = 3;

const OUTCOME_OF: Readonly<Record<number, number>> = {
  [TC_ACT.OK]: PASSED,
  [TC_ACT.SHOT]: DROPPED,
  [TC_ACT.REDIRECT]: REDIRECTED,
};

/** tcx (include/net/tcx.h, tcx_action_code): PASS, DROP and REDIRECT end it, anything else goes on to the next program. */
function tcx(direction: "ingress" | "egress"): HookAt<"tcx-ingress"> | HookAt<"tcx-egress"> {
  return {
    name: `tcx-${direction}`,
    place: `tcx-${direction}`,
    key: direction,
    programTypes: ["sched_cls"],
    // BPF_TCX_INGRESS, BPF_TCX_EGRESS
    attachType: direction === "ingress" ? 46 : 47,
    description: `Programs that run one after another before the ${direction} filters of traffic control.`,
    outcomes: [
      {
        name: "continued",
        row: {
          returns: "TCX_NEXT -1 and whatever tcx has no meaning for",
          does: "the next program, behind the last one the filters of clsact",
          fate: "open",
        },
      },
      {
        name: "passed",
        row: { returns: "TCX_PASS 0", does: "goes on; later programs and clsact are left out", fate: "goes on" },
      },
      { name: "dropped", row: { returns: "TCX_DROP 2", does: "dropped", fate: "lost" } },
      {
        name: "redirected",
        row: { returns: "TCX_REDIRECT 7", does: "goes where bpf_redirect said", fate: "elsewhere" },
      },
    ],

    interpret(returnValue: number, _site: PacketSite, verdict: TcActionVerdict): number {
      const answer = returnValue | 0;
      const outcome = OUTCOME_OF[answer] ?? CONTINUED;
      verdict.action = outcome === CONTINUED ? TC_ACT.UNSPEC : answer;
      return outcome;
    },
  } as HookAt<"tcx-ingress">;
}

export const tcxIngress = tcx("ingress") as HookAt<"tcx-ingress">;
export const tcxEgress = tcx("egress") as HookAt<"tcx-egress">;
