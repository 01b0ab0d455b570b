import type { RunResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { count } from "../words.ts";

/** Where all packets went: the run's balance, and every reason for which one was dropped. */
export function describePackets({ packets }: RunResult, paint: Paint): string[] {
  const { created, copied, delivered, dropped, queued, drops } = packets;
  const made = copied === 0 ? `${count(created)} made` : `${count(created)} made + ${count(copied)} copied`;
  const rows = drops.map(({ reason, meaning, where, packets: number }) => [
    count(number),
    where,
    reason,
    paint.dim(meaning),
  ]);
  return [
    paint.bold("Packets"),
    `  ${made} = ${count(delivered)} delivered + ${count(dropped)} dropped + ${count(queued)} still on their way`,
    ...formatTable(rows, "    dropped "),
  ];
}
