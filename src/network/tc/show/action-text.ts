import { chainOf, jumpOf } from "../../../hooks/tc/verdict.ts";
import { ACTION_ANSWERS } from "../../../topology/schema/tc.ts";
import type { FilterAction } from "../action.ts";
import { countLines, NOTHING_WAITS } from "./counts-text.ts";
import type { ShowOptions } from "./show-options.ts";

/** Nanoseconds of a tick, in which the kernel tells ages to tc. */
const TICK = 10_000_000;

/** An action as tc prints it below its filter (m_action.c, m_gact.c, m_mirred.c and m_bpf.c of iproute2). */
export function actionLines(
  action: FilterAction,
  order: number,
  { statistics }: Pick<ShowOptions, "statistics">,
  now: number,
): string[] {
  const { model, packets, bytes, drops, bound } = action;
  const begin = `\taction order ${order}: `;
  const binding = `index ${model.index} ref ${bound} bind ${bound}${statistics ? ages(action, now) : ""}`;
  const counts = { packets, bytes, dropped: drops, overlimits: 0, requeues: 0 };
  const end = [
    // tc prints a space before what follows a program.
    ...(statistics
      ? [`${model.kind === "program" ? " " : ""}\tAction statistics:`, ...countLines(counts, NOTHING_WAITS, "\t")]
      : []),
    ...(model.notes ?? []).map((note) => `\t${note}`),
  ];
  switch (model.kind) {
    case "answer":
      return [
        `${begin}gact action ${answerName(model.answer)}`,
        "\t random type none pass val 0",
        `\t ${binding}`,
        ...end,
      ];
    case "send": {
      const way = `${model.ingress ? "Ingress" : "Egress"} ${model.mirrors ? "Mirror" : "Redirect"}`;
      return [`${begin}mirred (${way} to device ${model.device}) ${answerName(model.answer)}`, `\t${binding}`, ...end];
    }
    case "program":
      return [
        `${begin}bpf ${model.shown ?? model.attachment.program} default-action ${answerName(model.answer)}`,
        `\t ${binding}`,
        ...end,
      ];
  }
}

const ANSWERS = Object.entries(ACTION_ANSWERS);

function answerName(answer: number): string {
  const chain = chainOf(answer);
  if (chain !== undefined) return `goto chain ${chain}`;
  const jump = jumpOf(answer);
  if (jump !== undefined) return `jump ${jump}`;
  return ANSWERS.findLast(([, value]) => value === answer)?.[0] ?? String(answer);
}

/** How long ago it was made and used; what is less than a tick is left out (print_tm). */
function ages({ installed, lastUse = installed, firstUse }: FilterAction, now: number): string {
  const age = (name: string, since: number | undefined) =>
    since === undefined || now - since < TICK ? "" : ` ${name} ${Math.floor((now - since) / 1e9)} sec`;
  return age("installed", installed) + age("used", lastUse) + age("firstused", firstUse);
}
