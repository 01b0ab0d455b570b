import type { RunResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { count, plural } from "../words.ts";

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
      `${plural(runs, "run")}: ${Object.entries(outcomes)
        .map(([outcome, times]) => `${outcome} ${count(times as number)}`)
        .join(", ")}`,
    ]);
  });
  return [paint.bold("Programs"), ...formatTable(rows)];
}
