import type { HookAt, PacketSite, TcActionVerdict } from "../hook.ts";
import { TC_ACT } from "./verdict.ts";

const CONTINUED = 0;
const PASSED = 1;
const DROPPED = 2;
const REDIRECTED = 3;
const LEFT = 4;

const OUTCOME_OF: Readonly<Record<number, number>> = {
  [TC_ACT.UNSPEC]: CONTINUED,
  [TC_ACT.OK]: PASSED,
  [TC_ACT.SHOT]: DROPPED,
  [TC_ACT.REDIRECT]: REDIRECTED,
};

/**
 * tcx (tcx_run of net/core/dev.c, tcx_action_code): only NEXT goes on to the next program. PASS, DROP and REDIRECT end it all, anything else
 * the programs, and clsact follows.
 */
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
          returns: "TCX_NEXT -1",
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
      {
        name: "left",
        row: {
          returns: "anything else",
          does: "later programs are left out, and the filters of clsact follow",
          fate: "open",
        },
      },
    ],

    interpret(returnValue: number, _site: PacketSite, verdict: TcActionVerdict): number {
      const answer = returnValue | 0;
      const outcome = OUTCOME_OF[answer] ?? LEFT;
      verdict.action = outcome === LEFT ? TC_ACT.UNSPEC : answer;
      return outcome;
    },
  } as HookAt<"tcx-ingress">;
}

export const tcxIngress = tcx("ingress") as HookAt<"tcx-ingress">;
export const tcxEgress = tcx("egress") as HookAt<"tcx-egress">;
