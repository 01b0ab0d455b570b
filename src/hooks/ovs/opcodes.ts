import type { Outcome } from "../hook.ts";
import { TC_ACT } from "../tc/verdict.ts";
import type { OvsAnswer, OvsVerdict } from "./site.ts";

/** What opcodes of traffic control mean on flow-hit and flow-miss. */
const MEANINGS: readonly (Outcome & { readonly answers: readonly number[]; readonly verdict: OvsAnswer })[] = [
  {
    name: "continued",
    answers: [TC_ACT.OK, TC_ACT.PIPE, TC_ACT.UNSPEC],
    verdict: "continue",
    row: {
      returns: "OK 0, PIPE 3, UNSPEC -1",
      does: "on flow-hit the next action, on flow-miss the OpenFlow tables",
      fate: "open",
    },
  },
  { name: "shot", answers: [TC_ACT.SHOT], verdict: "drop", row: { returns: "SHOT 2", does: "dropped", fate: "lost" } },
  {
    name: "stolen",
    answers: [TC_ACT.STOLEN],
    verdict: "stolen",
    row: { returns: "STOLEN 4", does: "consumed, not counted as dropped", fate: "lost" },
  },
  {
    name: "redirected",
    answers: [TC_ACT.REDIRECT],
    verdict: "redirect",
    row: { returns: "REDIRECT 7", does: "goes to the port that bpf_redirect said", fate: "elsewhere" },
  },
  {
    name: "reclassified",
    answers: [TC_ACT.RECLASSIFY],
    verdict: "again",
    row: { returns: "RECLASSIFY 1", does: "looked up anew, 4 times at most", fate: "open" },
  },
  {
    name: "unknown",
    answers: [],
    verdict: "continue",
    row: { returns: "anything else", does: "as UNSPEC, counted as unknown", fate: "open" },
  },
];
const UNKNOWN = MEANINGS.length - 1;

const OUTCOME_OF: Readonly<Record<number, number>> = Object.fromEntries(
  MEANINGS.flatMap(({ answers }, i) => answers.map((answer) => [answer, i])),
);

export const OPCODE_OUTCOMES: readonly Outcome[] = MEANINGS;

/** Index of the outcome; anything that has no meaning goes on, and is counted. */
export function interpretOpcode(returnValue: number, verdict: OvsVerdict): number {
  const outcome = OUTCOME_OF[returnValue | 0] ?? UNKNOWN;
  verdict.verdict = MEANINGS[outcome]!.verdict;
  return outcome;
}
