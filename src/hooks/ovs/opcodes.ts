import { TC_ACT } from "../tc/verdict.ts";
import type { OvsAnswer, OvsVerdict } from "./site.ts";

/** What opcodes of traffic control mean on flow-hit and flow-miss. */
const MEANINGS: readonly { readonly name: string; readonly answers: readonly number[]; readonly verdict: OvsAnswer }[] =
  [
    { name: "continued", answers: [TC_ACT.OK, TC_ACT.PIPE, TC_ACT.UNSPEC], verdict: "continue" },
    { name: "shot", answers: [TC_ACT.SHOT], verdict: "drop" },
    { name: "stolen", answers: [TC_ACT.STOLEN], verdict: "stolen" },
    { name: "redirected", answers: [TC_ACT.REDIRECT], verdict: "redirect" },
    { name: "reclassified", answers: [TC_ACT.RECLASSIFY], verdict: "again" },
    { name: "unknown", answers: [], verdict: "continue" },
  ];
const UNKNOWN = MEANINGS.length - 1;

const OUTCOME_OF: Readonly<Record<number, number>> = Object.fromEntries(
  MEANINGS.flatMap(({ answers }, i) => answers.map((answer) => [answer, i])),
);

export const OPCODE_OUTCOMES = MEANINGS.map(({ name }) => ({ name }));

/** Index of the outcome; anything that has no meaning goes on, and is counted. */
export function interpretOpcode(returnValue: number, verdict: OvsVerdict): number {
  const outcome = OUTCOME_OF[returnValue | 0] ?? UNKNOWN;
  verdict.verdict = MEANINGS[outcome]!.verdict;
  return outcome;
}
