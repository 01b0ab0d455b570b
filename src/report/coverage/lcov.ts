import { linesOf, type ProgramCoverage } from "../../testing/coverage/coverage.ts";

/** The tracefile of lcov (geninfo(1)): lines and branches of the files that programs were written in; what knows no lines is not in it. */
export function coverageAsLcov(programs: readonly ProgramCoverage[]): string {
  return [...linesOf(programs)]
    .flatMap(([file, lines]) => {
      const sorted = [...lines].sort(([a], [b]) => a - b);
      const branches = sorted.flatMap(([line, { branches: all, count }]) =>
        all.flatMap(({ index, jumped, wentOn }) =>
          // A branch that never was reached is told by a dash.
          [jumped, wentOn].map((taken, way) => ({ line, index, way, taken: count === 0 ? "-" : `${taken}` })),
        ),
      );
      const hit = (texts: readonly string[]) => texts.filter((text) => text !== "0" && text !== "-").length;
      return [
        "TN:netsim",
        `SF:${file.replaceAll("\n", " ")}`,
        ...branches.map(({ line, index, way, taken }) => `BRDA:${line},${index},${way},${taken}`),
        `BRF:${branches.length}`,
        `BRH:${hit(branches.map(({ taken }) => taken))}`,
        ...sorted.map(([line, { count }]) => `DA:${line},${count}`),
        `LF:${sorted.length}`,
        `LH:${hit(sorted.map(([, { count }]) => `${count}`))}`,
        "end_of_record",
      ];
    })
    .map((line) => `${line}\n`)
    .join("");
}
