import type { DirectionResult, RunResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { count, size } from "../words.ts";

/** What each link carried, a line for each direction. */
export function describeLinks({ links }: RunResult, paint: Paint): string[] {
  if (links.length === 0) return [];
  const rows = links.flatMap(({ up, directions }) =>
    directions.map((direction) => [
      `${direction.from} -> ${direction.to}`,
      `carried ${count(direction.delivered)} of ${count(direction.sent)} (${size(direction.sentBytes)})`,
      remarks(direction, up).join(", "),
    ]),
  );
  return [paint.bold("Links"), ...formatTable(rows)];
}

function remarks({ dropped, duplicated, corrupted, inFlight }: DirectionResult, up: boolean): string[] {
  return [
    ...(dropped > 0 ? [`lost ${count(dropped)}`] : []),
    ...(duplicated > 0 ? [`doubled ${count(duplicated)}`] : []),
    ...(corrupted > 0 ? [`corrupted ${count(corrupted)}`] : []),
    ...(inFlight > 0 ? [`${count(inFlight)} on the way`] : []),
    ...(up ? [] : ["cut"]),
  ];
}
