import type { RunResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { count, plural } from "../words.ts";

/** Outcomes of a hook that has so many are shown only as far as they came. */
const MANY = 4;

function shown(outcomes: Readonly<Record<string, number | string>>): [string, number | string][] {
  const all = Object.entries(outcomes);
  const came = all.filter(([, times]) => times !== 0);
  return all.length < MANY ? all : came.length > 0 ? came : all.slice(0, 1);
}

/** What each program said to its packets, place by place. */
export function describePrograms({ programs }: RunResult, paint: Paint): string[] {
  if (programs.length === 0) return [];
  const rows = programs.flatMap(({ name, type, instructions, replaced, attachments }) => {
    const what = `${type}, ${plural(instructions, "instruction")}${replaced === 0 ? "" : `, replaced ${plural(replaced, "time")}`}`;
    if (attachments.length === 0) return [[name, what, "attached nowhere"]];
    return attachments.map(({ hook, where, runs, ...outcomes }, i) => [
      i === 0 ? name : "",
      i === 0 ? what : "",
      `${hook} at ${where}`,
      `${plural(runs, "run")}: ${shown(outcomes)
        .map(([outcome, times]) => `${outcome} ${count(times as number)}`)
        .join(", ")}`,
    ]);
  });
  return [paint.bold("Programs"), ...formatTable(rows)];
}
