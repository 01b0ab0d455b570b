import type { HookAt, TcActionSite, TcActionVerdict } from "../hook.ts";
import { TC_ACT } from "./verdict.ts";

const OUTCOMES: readonly { readonly name: string; readonly answers: readonly number[] }[] = [
  { name: "ok", answers: [TC_ACT.OK] },
  { name: "reclassified", answers: [TC_ACT.RECLASSIFY] },
  { name: "shot", answers: [TC_ACT.SHOT] },
  { name: "piped", answers: [TC_ACT.PIPE] },
  { name: "redirected", answers: [TC_ACT.REDIRECT] },
  { name: "configured", answers: [TC_ACT.UNSPEC] },
  { name: "unknown", answers: [] },
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
  outcomes: OUTCOMES.map(({ name }) => ({ name })),

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
