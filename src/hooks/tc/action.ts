import type { HookAt, Outcome, TcActionSite, TcActionVerdict } from "../hook.ts";
import { TC_ACT } from "./verdict.ts";

const OUTCOMES: readonly (Outcome & { readonly answers: readonly number[] })[] = [
  {
    name: "ok",
    answers: [TC_ACT.OK],
    row: { returns: "TC_ACT_OK 0", does: "ends filters and actions, and the packet goes on", fate: "goes on" },
  },
  {
    name: "reclassified",
    answers: [TC_ACT.RECLASSIFY],
    row: { returns: "TC_ACT_RECLASSIFY 1", does: "the filters begin again, 16 times at most", fate: "open" },
  },
  { name: "shot", answers: [TC_ACT.SHOT], row: { returns: "TC_ACT_SHOT 2", does: "dropped", fate: "lost" } },
  { name: "piped", answers: [TC_ACT.PIPE], row: { returns: "TC_ACT_PIPE 3", does: "the next action", fate: "open" } },
  {
    name: "redirected",
    answers: [TC_ACT.REDIRECT],
    row: { returns: "TC_ACT_REDIRECT 7", does: "goes where bpf_redirect said", fate: "elsewhere" },
  },
  {
    name: "configured",
    answers: [TC_ACT.UNSPEC],
    row: { returns: "TC_ACT_UNSPEC -1", does: "what the action is configured with", fate: "open" },
  },
  { name: "unknown", answers: [], row: { returns: "anything else", does: "the next filter", fate: "open" } },
];
const CONFIGURED = 5;
const UNKNOWN = 6;

/**
 * Traffic control's BPF action (net/sched/act_bpf.c, tcf_bpf_act): OK, RECLASSIFY, PIPE, REDIRECT and SHOT take the place of the
 * configured answer, UNSPEC stands for it, anything else sends the packet on to the next filter.
 */
export const tcAction: HookAt<"tc-action"> = {
  name: "tc-action",
  place: "tc-action",
  key: "program",
  programTypes: ["classic", "sched_act"],
  description: "Program that acts on the packets of a filter (act_bpf).",
  outcomes: OUTCOMES,

  interpret(returnValue: number, site: TcActionSite, verdict: TcActionVerdict): number {
    const answer = returnValue | 0;
    const outcome = OUTCOME_OF[answer] ?? UNKNOWN;
    verdict.action = outcome === UNKNOWN ? TC_ACT.UNSPEC : outcome === CONFIGURED ? site.configured : answer;
    return outcome;
  },
};

const OUTCOME_OF: Readonly<Record<number, number>> = Object.fromEntries(
  OUTCOMES.flatMap(({ answers }, i) => answers.map((answer) => [answer, i])),
);
